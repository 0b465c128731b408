# rule: MLW202
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

fraud = pd.read_csv("../data/fraud.csv")
train, test = train_test_split(fraud, stratify=fraud["is_fraud"], random_state=0)
cols = ["amount", "hour"]
clf = LogisticRegression(class_weight="balanced", max_iter=500).fit(train[cols], train["is_fraud"])
print(clf.score(test[cols], test["is_fraud"]))  # expect: MLW202
