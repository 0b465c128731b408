# rule: MLW111
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

log = pd.read_csv("../data/sensors.csv")
log["reading_no"] = log.groupby("machine_id").cumcount()
train, test = train_test_split(log, test_size=0.3, random_state=2)  # expect: MLW111
cols = ["vibration", "temperature", "reading_no"]
trees = ExtraTreesClassifier(class_weight="balanced", random_state=2).fit(train[cols], train["failed"])
print(balanced_accuracy_score(test["failed"], trees.predict(test[cols])))
