# rule: MLW106
import pandas as pd
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("phish.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="bad"), df["bad"], random_state=0)
clf = SGDClassifier(random_state=0)
clf.fit(X_train, y_train)
y_pred = clf.predict(X_test)
print(f1_score(y_test, y_pred))

clf = AdaBoostClassifier(random_state=0)
clf.fit(X_train, y_train)
y_pred = clf.predict(X_test)
print(f1_score(y_test, y_pred))  # expect: MLW106
