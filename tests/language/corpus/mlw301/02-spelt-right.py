# rule: MLW301 clean
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
print(houses["price"].mean(), houses["neighborhood"].nunique())
