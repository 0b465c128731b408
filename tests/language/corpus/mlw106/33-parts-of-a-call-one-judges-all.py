# rule: MLW106
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score

from parts_by_patient import parts

X, y, patients = np.load("signals.npy"), np.load("kinds.npy"), np.load("patients.npy")
learn, check, last = parts(patients)
for depth in (3, 6, 9):
    model = RandomForestClassifier(max_depth=depth, random_state=0).fit(X[learn], y[learn])
    print(depth, f1_score(y[last], model.predict(X[last])))  # expect: MLW106
