# rule: MLW101 clean
import json

import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.preprocessing import RobustScaler

visits = pd.read_csv("visits.csv")
patients = json.load(open("patients.json"))
ours = visits[visits["patient"].isin(patients["learn"])]
theirs = visits[visits["patient"].isin(patients["check"])]
scaler = RobustScaler().fit(ours[["weight", "pulse"]])
model = Ridge().fit(scaler.transform(ours[["weight", "pulse"]]), ours["days"])
print(model.score(scaler.transform(theirs[["weight", "pulse"]]), theirs["days"]))
