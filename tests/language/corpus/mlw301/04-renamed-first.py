# rule: MLW301 clean
import pandas as pd

houses = pd.read_csv("../data/houses.csv").rename(columns={"bedrooms": "Bedrooms"})
small = houses[["sqft", "Bedrooms"]]
print(small.describe())
