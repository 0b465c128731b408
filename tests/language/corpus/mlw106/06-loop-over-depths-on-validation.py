# rule: MLW106 clean
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

X, y = np.load("x.npy"), np.load("y.npy")
X_rest, X_test, y_rest, y_test = train_test_split(X, y, random_state=0)
Xa, Xb, ya, yb = train_test_split(X_rest, y_rest, random_state=0)
scores = []
for depth in range(1, 20):
    tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
    tree.fit(Xa, ya)
    scores.append(tree.score(Xb, yb))
final = DecisionTreeClassifier(max_depth=1 + int(np.argmax(scores)), random_state=0).fit(X_rest, y_rest)
print(final.score(X_test, y_test))
