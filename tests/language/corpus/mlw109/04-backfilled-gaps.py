# rule: MLW109
import pandas as pd
from sklearn.linear_model import LinearRegression

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["temperature"] = sales["temperature"].bfill()  # expect: MLW109
train, test = sales.iloc[:140], sales.iloc[140:]
line = LinearRegression().fit(train[["temperature", "price"]], train["units"])
print(line.score(test[["temperature", "price"]], test["units"]))
