# rule: MLW111
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

visits = pd.read_csv("../data/visits.csv")
print(visits.groupby("patient_id").size().describe())
X = visits[["age", "blood_pressure", "heart_rate"]]
X_train, X_test, y_train, y_test = train_test_split(X, visits["readmitted"], random_state=0)  # expect: MLW111
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(forest.score(X_test, y_test))
