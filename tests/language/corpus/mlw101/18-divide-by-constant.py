# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

pixels = pd.read_csv("digits.csv")
y = pixels["digit"]
X = pixels.drop(columns=["digit"]) / 255.0
X = X.astype("float32")
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=8)
clf = LogisticRegression(max_iter=300).fit(X_train, y_train)
print(clf.score(X_test, y_test))
