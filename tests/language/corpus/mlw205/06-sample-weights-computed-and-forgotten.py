# rule: MLW205
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight

df = pd.read_csv("rare.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="y"), df["y"], stratify=df["y"], random_state=0)
w = compute_sample_weight("balanced", ya)
gb = GradientBoostingClassifier(random_state=0)  # expect: MLW205
gb.fit(Xa, ya)
print(f1_score(yb, gb.predict(Xb)))
