# rule: MLW208 clean
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
customers["customer_id"] = customers["customer_id"].astype(str)
print(customers["customer_id"].str.zfill(6).head())
