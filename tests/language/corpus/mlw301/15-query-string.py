# rule: MLW301
import pandas as pd

fraud = pd.read_csv("../data/fraud.csv")
night = fraud.query("hours < 6")  # expect: MLW301
print(len(night))
