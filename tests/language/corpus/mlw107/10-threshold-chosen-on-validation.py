# rule: MLW107 clean
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("claims.csv")
rest, test = train_test_split(df, random_state=0)
train, val = train_test_split(rest, random_state=0)
forest = RandomForestClassifier(random_state=0).fit(train.drop(columns="fake"), train["fake"])
p = forest.predict_proba(val.drop(columns="fake"))[:, 1]
grid = np.linspace(0.05, 0.95, 19)
t = grid[int(np.argmax([f1_score(val["fake"], p > g) for g in grid]))]
print(f1_score(test["fake"], forest.predict_proba(test.drop(columns="fake"))[:, 1] > t))
