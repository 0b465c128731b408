# rule: MLW210 clean
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
cities = pd.read_csv("../data/cities.csv")
table = customers.merge(cities, on="city", how="left")
print(table.groupby("region")["customer_id"].count())
