# rule: MLW301 clean
import pandas as pd

a = pd.read_csv("../data/cities.csv")
b = pd.read_csv("../data/cities.csv")
both = a.merge(b, on="city", suffixes=("_then", "_now"))
print((both["population_now"] - both["population_then"]).sum())
