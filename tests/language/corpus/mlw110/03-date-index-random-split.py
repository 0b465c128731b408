# rule: MLW110
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

power = pd.read_csv("../data/power.csv", parse_dates=["hour"], index_col="hour").sort_index()
power["last_hour"] = power["load_mw"].shift()
power = power.iloc[1:]
train, test = train_test_split(power, test_size=0.2, random_state=1)  # expect: MLW110
forest = RandomForestRegressor(random_state=1).fit(train[["last_hour"]], train["load_mw"])
print(forest.score(test[["last_hour"]], test["load_mw"]))
