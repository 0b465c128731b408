# rule: MLW103
import numpy as np
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

X, y = np.load("counts.npy"), np.load("topic.npy")
X = SelectKBest(chi2, k=100).fit_transform(X, y)
search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1, 10]}, cv=5)
search.fit(X, y)  # expect: MLW103
print(search.best_score_)
