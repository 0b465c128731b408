# rule: MLW210
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
orders = pd.read_csv("../data/orders.csv")
table = pd.merge(customers, orders, on="customer_id", validate="one_to_one")  # expect: MLW210
print(table["segment"].value_counts())
