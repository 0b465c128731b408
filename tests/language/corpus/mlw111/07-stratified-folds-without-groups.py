# rule: MLW111
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import StratifiedKFold

visits = pd.read_csv("../data/visits.csv")
visits["n_visits"] = visits.groupby("patient_id").cumcount()
X, y = visits[["age", "blood_pressure", "n_visits"]], visits["readmitted"]
for fit, check in StratifiedKFold(4, shuffle=True, random_state=0).split(X, y):  # expect: MLW111
    model = LGBMClassifier(random_state=0).fit(X.iloc[fit], y.iloc[fit])
    print(model.score(X.iloc[check], y.iloc[check]))
