# rule: MLW208 clean
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
before = churn["total_charges"].isna().sum()
churn["total_charges"] = pd.to_numeric(churn["total_charges"], errors="coerce")
lost = churn["total_charges"].isna().sum() - before
if lost > 5:
    raise ValueError(f"{lost} charges could not be read")
print(churn["total_charges"].mean())
