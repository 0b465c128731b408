# rule: MLW101 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

patients = pd.read_csv("few_patients.csv")
X, y = patients[["age", "volume"]].to_numpy(), patients["recovered"].to_numpy()
chances = []
for left_out in range(len(X)):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(np.delete(X, left_out, axis=0), np.delete(y, left_out))
    chances.append(model.predict_proba(X[left_out].reshape(1, -1))[0, 1])
print(roc_auc_score(y, chances))
