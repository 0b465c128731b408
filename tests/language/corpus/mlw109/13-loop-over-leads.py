# rule: MLW109
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

power = pd.read_csv("../data/power.csv", parse_dates=["hour"]).sort_values("hour")
cols = []
for step in (1, 2, 3):
    power[f"lead_{step}"] = power["wind_mw"].shift(-step)  # expect: MLW109
    cols.append(f"lead_{step}")
power = power.dropna()
train, test = power.iloc[:120], power.iloc[120:]
forest = RandomForestRegressor(random_state=0).fit(train[cols], train["load_mw"])
print(forest.score(test[cols], test["load_mw"]))
