# rule: MLW101
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair"), df["repair"]
forest = ExtraTreesClassifier(random_state=0).fit(X, y)  # expect: MLW101
best = np.argsort(forest.feature_importances_)[::-1][:10]
X_train, X_test, y_train, y_test = train_test_split(X.iloc[:, best], y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
