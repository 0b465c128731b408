# rule: MLW110
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["mean_before"] = sales["units"].shift(1).rolling(14).mean()
sales = sales.dropna()
train = sales.sample(frac=0.8, random_state=0)  # expect: MLW110
test = sales.drop(train.index)
gb = GradientBoostingRegressor(random_state=0).fit(train[["mean_before"]], train["units"])
print(gb.score(test[["mean_before"]], test["units"]))
