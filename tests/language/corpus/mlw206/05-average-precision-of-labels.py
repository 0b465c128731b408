# rule: MLW206
import pandas as pd
import sklearn.metrics as m
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("clicks.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="click"), df["click"], random_state=0)
guess = ExtraTreesClassifier(random_state=0).fit(Xa, ya).predict(Xb)
print(m.average_precision_score(yb, guess))  # expect: MLW206
