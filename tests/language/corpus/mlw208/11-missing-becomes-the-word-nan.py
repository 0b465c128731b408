# rule: MLW208
import pandas as pd

sales = pd.read_csv("../data/sales.csv")
sales["temperature"] = sales["temperature"].astype(str)  # expect: MLW208
print(sales["temperature"].value_counts().head())
