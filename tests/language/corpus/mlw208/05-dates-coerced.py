# rule: MLW208
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], errors="coerce")  # expect: MLW208
print(orders.groupby(orders["ordered_at"].dt.month)["amount"].sum())
