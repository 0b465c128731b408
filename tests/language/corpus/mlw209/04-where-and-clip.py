# rule: MLW209 clean
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
houses["price"] = houses["price"].clip(upper=900000)
houses["sqft"] = houses["sqft"].where(houses["sqft"] > 0, 1)
print(houses["price"].max())
