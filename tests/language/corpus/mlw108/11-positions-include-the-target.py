# rule: MLW108
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

visits = pd.read_csv("../data/visits.csv").drop_duplicates("patient_id")
X = visits.iloc[:, 2:6]
y = visits.iloc[:, 5]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
trees = ExtraTreesClassifier(random_state=0).fit(X_train, y_train)  # expect: MLW108
print(trees.score(X_test, y_test))
