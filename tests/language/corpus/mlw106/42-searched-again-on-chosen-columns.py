# rule: MLW106
import pandas as pd
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.svm import SVC

beats = pd.read_csv("beats.csv")
Xa, Xb, ya, yb = train_test_split(beats.drop(columns="ill"), beats["ill"], random_state=1)
svc = SVC(C=0.5).fit(Xa, ya)
print(svc.score(Xb, yb))

search = GridSearchCV(svc, {"C": [0.1, 1, 10], "gamma": [0.1, 1]})
few = ["rate", "gap", "age"]
search.fit(Xa[few], ya)
best = search.best_estimator_
print(best.score(Xb[few], yb))  # expect: MLW106
