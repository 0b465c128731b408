# rule: MLW109 clean
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor

power = pd.read_csv("../data/power.csv", parse_dates=["hour"]).sort_values("hour")
power["smooth"] = power["wind_mw"].rolling(5, min_periods=1).mean()
power = power.dropna()
train, test = power.iloc[:120], power.iloc[120:]
gb = GradientBoostingRegressor(random_state=0).fit(train[["smooth"]], train["load_mw"])
print(gb.score(test[["smooth"]], test["load_mw"]))
