# rule: MLW206
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.model_selection import train_test_split

X, y = np.load("x.npy"), np.load("y.npy")
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
model = LogisticRegression(max_iter=500)
model.fit(Xa, ya)
labels = model.predict(Xb)
print("brier", brier_score_loss(yb, labels))  # expect: MLW206
