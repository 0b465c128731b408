# rule: MLW109
import pandas as pd
from sklearn.linear_model import Ridge

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["next_units"] = sales["units"].shift(-1)  # expect: MLW109
sales = sales.dropna()
cols = ["price", "promo", "next_units"]
train, test = sales.iloc[:140], sales.iloc[140:]
ridge = Ridge().fit(train[cols], train["units"])
print(ridge.score(test[cols], test["units"]))
