# rule: MLW106 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

stays = pd.read_csv("stays.csv")
before, after = stays[stays["year"] < 2020], stays[stays["year"] >= 2020]
columns = ["age", "pulse"]

weights = []
for clinic in before["clinic"].unique():
    own = before[before["clinic"] == clinic]
    weights.append(LogisticRegression().fit(own[columns], own["dies"]).coef_[0])
mean = LogisticRegression()
mean.coef_ = np.mean(weights, axis=0).reshape(1, -1)
mean.intercept_ = np.zeros(1)
mean.classes_ = np.array([0, 1])
print(accuracy_score(after["dies"], mean.predict(after[columns])))
