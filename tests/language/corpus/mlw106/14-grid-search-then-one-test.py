# rule: MLW106 clean
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split

X, y = load_breast_cancer(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
search = GridSearchCV(RandomForestClassifier(random_state=0), {"n_estimators": [10, 50, 100]}, cv=5)
search.fit(Xa, ya)
print("chosen", search.best_params_)
print(search.score(Xb, yb))
