# rule: MLW208
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
houses["bathrooms"] = houses["bathrooms"].astype(int)  # expect: MLW208
print(houses.groupby("bathrooms")["price"].median())
