# rule: MLW109 clean
import pandas as pd
from sklearn.linear_model import LinearRegression

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["temperature"] = sales["temperature"].ffill().fillna(10)
train, test = sales.iloc[:140], sales.iloc[140:]
line = LinearRegression().fit(train[["temperature", "price"]], train["units"])
print(line.score(test[["temperature", "price"]], test["units"]))
