# rule: MLW210 clean
import pandas as pd

visits = pd.read_csv("../data/visits.csv")
first = visits.sort_values("visit_id").drop_duplicates("patient_id")[["patient_id", "heart_rate"]]
first = first.rename(columns={"heart_rate": "first_rate"})
result = visits.merge(first, on="patient_id", how="left")
print((result["heart_rate"] - result["first_rate"]).mean())
