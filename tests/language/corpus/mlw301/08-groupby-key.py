# rule: MLW301
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
print(orders.groupby("chanel")["amount"].sum())  # expect: MLW301
