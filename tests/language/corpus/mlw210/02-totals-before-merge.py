# rule: MLW210 clean
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
payments = pd.read_csv("../data/payments.csv")
spent = orders.groupby("customer_id", as_index=False)["amount"].sum()
paid = payments.groupby("customer_id", as_index=False)["paid"].sum()
both = spent.merge(paid, on="customer_id")
print("open", (both["amount"] - both["paid"]).sum())
