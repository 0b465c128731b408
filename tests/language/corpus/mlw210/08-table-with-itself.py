# rule: MLW210
import pandas as pd

visits = pd.read_csv("../data/visits.csv")
vitals = visits[["patient_id", "heart_rate"]]
result = visits[["patient_id", "readmitted"]].merge(vitals, on="patient_id", how="inner")  # expect: MLW210
print(result.groupby("readmitted")["heart_rate"].mean())
