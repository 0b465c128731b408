# rule: MLW107 clean
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split

X, y = np.load("voices.npy"), np.load("speakers.npy")


def plain():
    Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.2, random_state=5)
    scores = []
    for learn, check in KFold(n_splits=5).split(Xa):
        model = LogisticRegression(max_iter=500).fit(Xa[learn], ya[learn])
        scores.append(f1_score(ya[check], model.predict(Xa[check]), average="macro"))
    return scores


def tuned():
    Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.2, random_state=5)
    folds = KFold(n_splits=5, shuffle=True, random_state=0)
    search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1, 10]}, cv=folds)
    search.fit(Xa, ya)
    print("not nested", search.best_score_)
    print("nested", cross_val_score(search, Xa, ya, cv=KFold(n_splits=4)).mean())


print(tuned())
