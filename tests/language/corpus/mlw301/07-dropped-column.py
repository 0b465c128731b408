# rule: MLW301
import pandas as pd

visits = pd.read_csv("../data/visits.csv").drop(columns=["heart_rate"])
print(visits.groupby("patient_id")["age"].first())
print(visits["heart_rate"].mean())  # expect: MLW301
