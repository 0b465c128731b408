# rule: MLW301
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
long = churn.loc[churn["tenure"] > 24, "monthly_charge"]  # expect: MLW301
print(long.mean())
