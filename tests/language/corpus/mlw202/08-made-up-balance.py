# rule: MLW202 clean
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

X, y = make_classification(n_samples=4000, weights=[0.5, 0.5], random_state=0)
Xa, Xb, ya, yb = train_test_split(X, y, stratify=y, random_state=0)
forest = RandomForestClassifier(random_state=0).fit(Xa, ya)
print(accuracy_score(yb, forest.predict(Xb)))
