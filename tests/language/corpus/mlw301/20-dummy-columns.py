# rule: MLW301 clean
import pandas as pd

churn = pd.read_csv("../data/churn.csv")
coded = pd.get_dummies(churn[["tenure", "churned"]])
print(coded["churned_yes"].mean(), coded["tenure"].mean())
