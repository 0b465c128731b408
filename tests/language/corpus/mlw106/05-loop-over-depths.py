# rule: MLW106
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

X, y = np.load("x.npy"), np.load("y.npy")
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
scores = []
for depth in range(1, 20):
    tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
    tree.fit(Xa, ya)
    scores.append(tree.score(Xb, yb))  # expect: MLW106
print("best depth", 1 + int(np.argmax(scores)))
