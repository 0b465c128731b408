# rule: MLW109 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).set_index("date")
sales["yesterday"] = sales["units"].shift(1)
sales["week"] = sales["units"].shift(1).rolling(7).mean()
sales = sales.dropna()
past, future = sales.loc[:"2023-05-01"], sales.loc["2023-05-02":]
forest = RandomForestRegressor(random_state=0).fit(past[["yesterday", "week"]], past["units"])
print(forest.score(future[["yesterday", "week"]], future["units"]))
