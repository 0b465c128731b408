# rule: MLW101 clean
import pandas as pd
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

flats = pd.read_csv("flats.csv")
flats["rent"] = pd.cut(flats["rent"], bins=3, labels=["low", "fair", "high"])
X, y = flats.drop(columns="rent"), flats["rent"]
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
tree = DecisionTreeClassifier(max_depth=5, random_state=0).fit(Xa, ya)
print(balanced_accuracy_score(yb, tree.predict(Xb)))
