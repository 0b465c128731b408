# rule: MLW209 clean
import pandas as pd

sales = pd.read_csv("../data/sales.csv")
sales["busy"] = 0
for i in sales.index:
    if sales.at[i, "units"] > 45:
        sales.at[i, "busy"] = 1
print(sales["busy"].sum())
