# rule: MLW301 clean
import pandas as pd

fraud = pd.read_csv("../data/fraud.csv")
limit = 6
night = fraud.query("hour < @limit and amount > 10")
print(len(night), night["is_fraud"].mean())
