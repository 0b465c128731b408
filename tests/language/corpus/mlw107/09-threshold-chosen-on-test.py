# rule: MLW107
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("claims.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="fake"), df["fake"], random_state=0)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
p = forest.predict_proba(X_test)[:, 1]
grid = np.linspace(0.05, 0.95, 19)
scores = [f1_score(y_test, p > t) for t in grid]  # expect: MLW107
print("best threshold", grid[int(np.argmax(scores))], "f1", max(scores))
