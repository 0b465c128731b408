# rule: MLW111 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupShuffleSplit

visits = pd.read_csv("../data/visits.csv")
X = visits[["age", "blood_pressure", "heart_rate"]]
y = visits["readmitted"]
rows, held = next(GroupShuffleSplit(1, test_size=0.25, random_state=0).split(X, y, visits["patient_id"]))
forest = RandomForestClassifier(random_state=0).fit(X.iloc[rows], y.iloc[rows])
print(forest.score(X.iloc[held], y.iloc[held]))
