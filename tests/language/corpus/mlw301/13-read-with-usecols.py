# rule: MLW301
import pandas as pd

customers = pd.read_csv("../data/customers.csv", usecols=["customer_id", "city"])
print(customers["city"].value_counts())
print(customers["segment"].value_counts())  # expect: MLW301
