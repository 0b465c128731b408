# rule: MLW106 clean
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score

from parts_by_patient import parts

X, y, patients = np.load("signals.npy"), np.load("kinds.npy"), np.load("patients.npy")
learn, check, last = parts(patients)
scores = {}
for depth in (3, 6, 9):
    model = RandomForestClassifier(max_depth=depth, random_state=0).fit(X[learn], y[learn])
    scores[depth] = f1_score(y[check], model.predict(X[check]))
best = RandomForestClassifier(max_depth=max(scores, key=scores.get), random_state=0).fit(X[learn], y[learn])
print(f1_score(y[last], best.predict(X[last])))
