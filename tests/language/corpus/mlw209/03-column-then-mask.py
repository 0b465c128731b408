# rule: MLW209
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
houses["price"][houses["price"] > 900000] = 900000  # expect: MLW209
print(houses["price"].max())
