# rule: MLW112 clean
import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import resample

X, y = np.load("x.npy"), np.load("y.npy")
for fit, check in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
    Xf, yf = X[fit], y[fit]
    X_rare, y_rare = resample(Xf[yf == 1], yf[yf == 1], n_samples=2000, random_state=0)
    tree = DecisionTreeClassifier(random_state=0).fit(np.vstack([Xf, X_rare]), np.hstack([yf, y_rare]))
    print(f1_score(y[check], tree.predict(X[check])))
