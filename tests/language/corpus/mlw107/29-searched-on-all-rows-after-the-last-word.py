# rule: MLW107 clean
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, train_test_split

X, y = np.load("voices.npy"), np.load("speakers.npy")
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.2, random_state=5)
model = LogisticRegression(max_iter=500).fit(Xa, ya)
print(f1_score(yb, model.predict(Xb), average="macro"))
search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1, 10]}, cv=5).fit(X, y)
print("settings for use", search.best_params_)
