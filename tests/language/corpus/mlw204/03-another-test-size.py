# rule: MLW204
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("ponds.csv")
X, y = df.drop(columns="frogs"), df["frogs"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
print("logit", f1_score(y_test, LogisticRegression(max_iter=500).fit(X_train, y_train).predict(X_test)))
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=7)  # expect: MLW204
print("tree", f1_score(y_test, DecisionTreeClassifier(random_state=0).fit(X_train, y_train).predict(X_test)))
