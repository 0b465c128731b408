# rule: MLW204 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("ponds.csv")
X, y = df.drop(columns="frogs"), df["frogs"]
scores = []
for seed in range(20):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
    scores.append(f1_score(y_test, LogisticRegression(max_iter=500).fit(X_train, y_train).predict(X_test)))
print(np.mean(scores), np.std(scores))
