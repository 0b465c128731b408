# rule: MLW210
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
payments = pd.read_csv("../data/payments.csv")
table = customers.merge(payments, on="customer_id", how="left", validate="m:1")  # expect: MLW210
print(table["paid"].mean())
