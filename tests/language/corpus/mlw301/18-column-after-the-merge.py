# rule: MLW301 clean
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
cities = pd.read_csv("../data/cities.csv")
both = customers.merge(cities, on="city", how="left")
print(both["population"].mean())
