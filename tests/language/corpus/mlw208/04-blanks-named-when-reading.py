# rule: MLW208 clean
import pandas as pd

churn = pd.read_csv("../data/churn.csv", na_values=[" "])
churn["total_charges"] = pd.to_numeric(churn["total_charges"])
print(churn.groupby("contract")["total_charges"].mean())
