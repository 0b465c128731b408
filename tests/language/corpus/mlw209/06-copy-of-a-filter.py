# rule: MLW209 clean
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
loyal = churn[churn["tenure"] > 60].copy()
loyal["contract"] = "two year"
print(loyal["contract"].value_counts())
