# rule: MLW211 clean
import pandas as pd
from skops.io import load

model = load("models/price.skops", trusted=["sklearn.linear_model._ridge.Ridge"])
print(model.predict(pd.read_csv("today.csv")))
