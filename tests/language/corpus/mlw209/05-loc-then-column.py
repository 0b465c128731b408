# rule: MLW209
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
long = churn["tenure"] > 60
churn.loc[long]["contract"] = "two year"  # expect: MLW209
print(churn["contract"].value_counts())
