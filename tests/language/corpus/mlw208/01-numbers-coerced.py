# rule: MLW208
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
churn["total_charges"] = pd.to_numeric(churn["total_charges"], errors="coerce")  # expect: MLW208
print(churn["total_charges"].mean())
