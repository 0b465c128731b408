# rule: MLW106
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

X, y = load_breast_cancer(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
sizes = [10, 50, 100, 500]
scores = [RandomForestClassifier(n, random_state=0).fit(Xa, ya).score(Xb, yb) for n in sizes]  # expect: MLW106
print(dict(zip(sizes, scores)))
