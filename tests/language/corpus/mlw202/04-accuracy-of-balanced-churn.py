# rule: MLW202 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

churn = pd.read_csv("../data/churn.csv")
train, test = train_test_split(churn, stratify=churn["churned"], random_state=0)
cols = ["tenure", "monthly_charges"]
clf = LogisticRegression(max_iter=500).fit(train[cols], train["churned"])
print(accuracy_score(test["churned"], clf.predict(test[cols])))
