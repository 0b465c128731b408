# rule: MLW203 clean
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("leaks.csv")
common = {"random_state": 5}
settings = dict(n_estimators=200, learning_rate=0.05, **common)
Xa, Xb, ya, yb = train_test_split(df.drop(columns="leak"), df["leak"], stratify=df["leak"], **common)
gb = GradientBoostingClassifier(**settings).fit(Xa, ya)
print(f1_score(yb, gb.predict(Xb)))
