# rule: MLW209
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
orders.iloc[:10]["channel"] = "test"  # expect: MLW209
print(orders["channel"].value_counts())
