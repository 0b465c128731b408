# rule: MLW209 clean
import pandas as pd

visits = pd.read_csv("../data/visits.csv")
limits = {"heart_rate": [40, 180], "age": [0, 120]}
limits["heart_rate"][1] = 190
low, high = limits["heart_rate"]
print(visits["heart_rate"].between(low, high).mean())
