# rule: MLW111 clean
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

log = pd.read_csv("../data/sensors.csv")
known, unseen = train_test_split(log["machine_id"].unique(), test_size=0.3, random_state=2)
train, test = log[log["machine_id"].isin(known)], log[log["machine_id"].isin(unseen)]
cols = ["vibration", "temperature"]
trees = ExtraTreesClassifier(class_weight="balanced", random_state=2).fit(train[cols], train["failed"])
print(balanced_accuracy_score(test["failed"], trees.predict(test[cols])))
