# rule: MLW210
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
payments = pd.read_csv("../data/payments.csv")
both = orders.merge(payments, on="customer_id")  # expect: MLW210
print("turnover", both["amount"].sum())
