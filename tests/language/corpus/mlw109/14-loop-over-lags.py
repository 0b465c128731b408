# rule: MLW109 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

power = pd.read_csv("../data/power.csv", parse_dates=["hour"]).sort_values("hour")
cols = []
for step in (1, 2, 3):
    power[f"lag_{step}"] = power["wind_mw"].shift(step)
    cols.append(f"lag_{step}")
power = power.dropna()
train, test = power.iloc[:120], power.iloc[120:]
forest = RandomForestRegressor(random_state=0).fit(train[cols], train["load_mw"])
print(forest.score(test[cols], test["load_mw"]))
