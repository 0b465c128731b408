# rule: MLW111 clean
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import StratifiedGroupKFold

visits = pd.read_csv("../data/visits.csv")
visits["n_visits"] = visits.groupby("patient_id").cumcount()
X, y = visits[["age", "blood_pressure", "n_visits"]], visits["readmitted"]
folds = StratifiedGroupKFold(4, shuffle=True, random_state=0)
for fit, check in folds.split(X, y, groups=visits["patient_id"]):
    model = LGBMClassifier(random_state=0).fit(X.iloc[fit], y.iloc[fit])
    print(model.score(X.iloc[check], y.iloc[check]))
