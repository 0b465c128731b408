# rule: MLW101
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

cells = pd.read_csv("cells.csv")
y = (cells["kind"] == "malignant").astype(int)
X = cells.drop(columns=["kind"])
X = (X - X.mean()) / X.std()  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=8)
clf = LogisticRegression(max_iter=300).fit(X_train, y_train)
print(clf.score(X_test, y_test))
