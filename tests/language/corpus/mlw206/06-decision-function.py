# rule: MLW206 clean
import pandas as pd
import sklearn.metrics as m
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("clicks.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="click"), df["click"], random_state=0)
margin = RidgeClassifier().fit(Xa, ya).decision_function(Xb)
print(m.average_precision_score(yb, margin))
