# rule: MLW111 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score

visits = pd.read_csv("../data/visits.csv")
X = visits[["age", "blood_pressure", "heart_rate"]]
groups = visits["patient_id"]
print(cross_val_score(LogisticRegression(max_iter=500), X, visits["readmitted"], groups=groups, cv=GroupKFold(5)))
