# rule: MLW107
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, KFold, train_test_split

X, y = np.load("voices.npy"), np.load("speakers.npy")
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.2, random_state=5)
folds = KFold(n_splits=5, shuffle=True, random_state=0)
search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1, 10]}, cv=folds)
search.fit(X, y)  # expect: MLW107
model = LogisticRegression(max_iter=500, **search.best_params_).fit(Xa, ya)
print(f1_score(yb, model.predict(Xb), average="macro"))
