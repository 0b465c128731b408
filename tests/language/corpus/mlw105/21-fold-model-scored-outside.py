# rule: MLW105 clean
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

X, y = np.load("x.npy"), np.load("y.npy")
scores = []
for inside, outside in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
    clf = LogisticRegression(max_iter=400).fit(X[inside], y[inside])
    scores.append(clf.score(X[outside], y[outside]))
print(np.mean(scores))
