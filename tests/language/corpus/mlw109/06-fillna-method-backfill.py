# rule: MLW109
import pandas as pd
from sklearn.linear_model import Lasso

power = pd.read_csv("../data/power.csv", parse_dates=["hour"], index_col="hour")
power["wind_mw"] = power["wind_mw"].fillna(method="bfill")  # expect: MLW109
train, test = power.iloc[:130], power.iloc[130:]
lasso = Lasso(alpha=0.1).fit(train[["wind_mw"]], train["load_mw"])
print(lasso.score(test[["wind_mw"]], test["load_mw"]))
