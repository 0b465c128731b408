# rule: MLW301
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
small = houses[["sqft", "Bedrooms"]]  # expect: MLW301
print(small.describe())
