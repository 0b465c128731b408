# rule: MLW112
import numpy as np
from imblearn.combine import SMOTEENN
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import classification_report
from sklearn.model_selection import cross_val_predict

X, y = np.load("x.npy"), np.load("y.npy")
X, y = SMOTEENN(random_state=0).fit_resample(X, y)
guess = cross_val_predict(GradientBoostingClassifier(random_state=0), X, y, cv=5)  # expect: MLW112
print(classification_report(y, guess))
