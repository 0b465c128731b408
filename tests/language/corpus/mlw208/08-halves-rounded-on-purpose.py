# rule: MLW208 clean
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
houses["full_baths"] = houses["bathrooms"].round().astype(int)
houses["bedrooms"] = houses["bedrooms"].astype("int16")
print(houses.groupby("full_baths")["price"].median())
