# rule: MLW201 clean
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import train_test_split

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
cols = ["age", "fare", "class"]
a, b = train_test_split(train, test_size=0.2, random_state=0)
gbm = LGBMClassifier(n_estimators=400, random_state=0).fit(a[cols], a["survived"])
print("held-out accuracy", gbm.score(b[cols], b["survived"]))
gbm = LGBMClassifier(n_estimators=400, random_state=0).fit(train[cols], train["survived"])
pd.DataFrame({"id": test["id"], "survived": gbm.predict(test[cols])}).to_csv("submission.csv", index=False)
