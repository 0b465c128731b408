# rule: MLW301 clean
import pandas as pd

customers = pd.read_csv("../data/customers.csv", header=0, names=["id", "group", "town", "since"])
print(customers["town"].value_counts(), customers["group"].nunique())
