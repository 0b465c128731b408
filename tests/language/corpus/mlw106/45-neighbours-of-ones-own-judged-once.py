# rule: MLW106 clean
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split


class Neighbours:
    def fit(self, X, y):
        self.X, self.y = X, y

    def predict(self, X):
        return np.array([self.y[np.argmin(((self.X - row) ** 2).sum(axis=1))] for row in X])


df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair").values, df["repair"].values
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = Neighbours()
model.fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
