# rule: MLW301
import pandas as pd

houses = pd.read_csv("../data/houses.csv")
print(houses["pirce"].mean())  # expect: MLW301
