# rule: MLW106
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split


class Neighbours:
    def __init__(self, k):
        self.k = k

    def fit(self, X, y):
        self.X, self.y = X, y

    def predict(self, X):
        nearest = [np.argsort(((self.X - row) ** 2).sum(axis=1))[: self.k] for row in X]
        return np.array([np.bincount(self.y[places]).argmax() for places in nearest])


df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair").values, df["repair"].values
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
for k in [1, 3, 5]:
    model = Neighbours(k)
    model.fit(X_train, y_train)
    print(k, f1_score(y_test, model.predict(X_test)))  # expect: MLW106
