# rule: MLW202 clean
import pandas as pd
import sklearn.metrics as skm
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupShuffleSplit

log = pd.read_csv("../data/sensors.csv")
X, y = log[["vibration", "temperature"]], log["failed"]
fit, check = next(GroupShuffleSplit(1, random_state=0).split(X, y, log["machine_id"]))
forest = RandomForestClassifier(class_weight="balanced", random_state=0).fit(X.iloc[fit], y.iloc[fit])
print(skm.balanced_accuracy_score(y.iloc[check], forest.predict(X.iloc[check])))
