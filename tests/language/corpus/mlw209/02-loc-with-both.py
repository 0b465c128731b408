# rule: MLW209 clean
import pandas as pd

loans = pd.read_csv("../data/loans.csv")
loans.loc[loans["age"] < 21, "grade"] = "Z"
print(loans["grade"].value_counts())
