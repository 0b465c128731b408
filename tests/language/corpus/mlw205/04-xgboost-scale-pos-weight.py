# rule: MLW205 clean
import pandas as pd
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

df = pd.read_csv("rare.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="y"), df["y"], stratify=df["y"], random_state=0)
ratio = (ya == 0).sum() / (ya == 1).sum()
model = XGBClassifier(n_estimators=200, scale_pos_weight=ratio, random_state=0)
model.fit(Xa, ya)
print(average_precision_score(yb, model.predict_proba(Xb)[:, 1]))
