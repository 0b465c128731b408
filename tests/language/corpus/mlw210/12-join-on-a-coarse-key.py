# rule: MLW210
import pandas as pd

customers = pd.read_csv("../data/customers.csv")
older = pd.read_csv("../data/customers.csv", usecols=["city", "segment"])
pairs = customers.merge(older, on="city", suffixes=("", "_old"))  # expect: MLW210
print((pairs["segment"] == pairs["segment_old"]).mean())
