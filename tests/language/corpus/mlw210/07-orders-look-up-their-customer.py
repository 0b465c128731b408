# rule: MLW210 clean
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
orders = pd.read_csv("../data/orders.csv")
table = orders.merge(customers, how="left", left_on="customer_id", right_on="customer_id")
print(table.groupby("segment")["amount"].mean())
