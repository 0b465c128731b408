# rule: MLW111
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

visits = pd.read_csv("../data/visits.csv")
per_patient = visits.groupby("patient_id")["visit_id"].count()
print("visits per patient", per_patient.mean())
X = visits[["age", "blood_pressure", "heart_rate"]]
print(cross_val_score(LogisticRegression(max_iter=500), X, visits["readmitted"], cv=5))  # expect: MLW111
