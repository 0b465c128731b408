# rule: MLW301
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
customers = customers.sort_values(by="signup")  # expect: MLW301
print(customers.head())
