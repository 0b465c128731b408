# rule: MLW209
import pandas as pd

sales = pd.read_csv("../data/sales.csv")
sales["busy"] = 0
for i in range(len(sales)):
    if sales["units"][i] > 45:
        sales["busy"][i] = 1  # expect: MLW209
print(sales["busy"].sum())
