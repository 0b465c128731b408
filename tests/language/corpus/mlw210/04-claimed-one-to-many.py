# rule: MLW210 clean
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
orders = pd.read_csv("../data/orders.csv")
table = pd.merge(customers, orders, on="customer_id", validate="one_to_many")
print(table.groupby("segment")["amount"].sum())
