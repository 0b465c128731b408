# rule: MLW109 clean
import pandas as pd
from sklearn.linear_model import Ridge

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["tomorrow"] = sales["units"].shift(-1)
sales = sales.dropna()
cols = ["price", "promo", "units"]
train, test = sales.iloc[:140], sales.iloc[140:]
ridge = Ridge().fit(train[cols], train["tomorrow"])
print(ridge.score(test[cols], test["tomorrow"]))
