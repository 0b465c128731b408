# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

df = pd.read_csv("sales.csv", parse_dates=["day"]).sort_values(["shop", "day"])
df["week"] = df.groupby("shop")["sold"].transform(lambda sold: sold.shift(1).rolling(7).mean())
df = df.dropna()
train, test = df[df["day"] < "2024-01-01"], df[df["day"] >= "2024-01-01"]
model = RandomForestRegressor(random_state=0).fit(train[["week"]], train["sold"])
print(model.score(test[["week"]], test["sold"]))
