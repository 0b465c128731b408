# rule: MLW207 clean
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

X, y = load_digits(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X / 16.0, y, random_state=0)
knn = KNeighborsClassifier(3).fit(Xa, ya)
print(knn.score(Xb, yb))
