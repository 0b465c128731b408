# rule: MLW209
import pandas as pd

loans = pd.read_csv("../data/loans.csv")
loans[loans["age"] < 21]["grade"] = "Z"  # expect: MLW209
print(loans["grade"].value_counts())
