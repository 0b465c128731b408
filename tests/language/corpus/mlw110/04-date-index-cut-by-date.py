# rule: MLW110 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

power = pd.read_csv("../data/power.csv", parse_dates=["hour"], index_col="hour").sort_index()
power["last_hour"] = power["load_mw"].shift()
power = power.iloc[1:]
train, test = power[:"2023-01-05"], power["2023-01-06":]
forest = RandomForestRegressor(random_state=1).fit(train[["last_hour"]], train["load_mw"])
print(forest.score(test[["last_hour"]], test["load_mw"]))
