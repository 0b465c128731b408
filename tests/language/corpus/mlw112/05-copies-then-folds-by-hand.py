# rule: MLW112
import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import resample

X, y = np.load("x.npy"), np.load("y.npy")
X_rare, y_rare = resample(X[y == 1], y[y == 1], n_samples=2000, random_state=0)
X, y = np.vstack([X, X_rare]), np.hstack([y, y_rare])
for fit, check in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):  # expect: MLW112
    tree = DecisionTreeClassifier(random_state=0).fit(X[fit], y[fit])
    print(f1_score(y[check], tree.predict(X[check])))
