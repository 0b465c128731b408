# rule: MLW108
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

churn = pd.read_csv("../data/churn.csv")[["tenure", "contract", "churned"]]
coded = pd.get_dummies(churn)
y = coded["churned_yes"]
X = coded.drop(columns="churned_yes")
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
clf = LogisticRegression(max_iter=500).fit(X_train, y_train)  # expect: MLW108
print(clf.score(X_test, y_test))
