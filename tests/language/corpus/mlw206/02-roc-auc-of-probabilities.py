# rule: MLW206 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("clicks.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="click"), df["click"], random_state=0)
clf = LogisticRegression(max_iter=500).fit(Xa, ya)
y_pred = clf.predict_proba(Xb)[:, 1]
print(roc_auc_score(yb, y_pred))
