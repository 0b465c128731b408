# rule: MLW301
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
cities = pd.read_csv("../data/cities.csv")
print(cities["population"].sum())
print(customers["population"].mean())  # expect: MLW301
