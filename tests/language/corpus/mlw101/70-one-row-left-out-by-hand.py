# rule: MLW101
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import scale

patients = pd.read_csv("few_patients.csv")
X, y = scale(patients[["age", "volume"]]), patients["recovered"].to_numpy()  # expect: MLW101
chances = []
for left_out in range(len(X)):
    model = LogisticRegression().fit(np.delete(X, left_out, axis=0), np.delete(y, left_out))
    chances.append(model.predict_proba(X[left_out].reshape(1, -1))[0, 1])
print(roc_auc_score(y, chances))
