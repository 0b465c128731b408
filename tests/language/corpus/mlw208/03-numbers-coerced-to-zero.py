# rule: MLW208
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
churn["total_charges"] = pd.to_numeric(churn["total_charges"], errors="coerce").fillna(0)  # expect: MLW208
print(churn.groupby("contract")["total_charges"].mean())
