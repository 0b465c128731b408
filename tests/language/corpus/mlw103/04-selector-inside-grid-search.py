# rule: MLW103 clean
import numpy as np
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

X, y = np.load("counts.npy"), np.load("topic.npy")
steps = Pipeline([("k", SelectKBest(chi2)), ("lr", LogisticRegression(max_iter=500))])
search = GridSearchCV(steps, {"k__k": [50, 100], "lr__C": [0.1, 1, 10]}, cv=5)
search.fit(X, y)
print(search.best_score_)
