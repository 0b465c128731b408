# rule: MLW201
import pandas as pd
from lightgbm import LGBMClassifier

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
cols = ["age", "fare", "class"]
gbm = LGBMClassifier(n_estimators=400, random_state=0)
gbm.fit(train[cols], train["survived"])  # expect: MLW201
pd.DataFrame({"id": test["id"], "survived": gbm.predict(test[cols])}).to_csv("submission.csv", index=False)
