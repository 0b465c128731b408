# rule: MLW208 clean
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], format="%Y-%m-%d")
print(orders.groupby(orders["ordered_at"].dt.month)["amount"].sum())
