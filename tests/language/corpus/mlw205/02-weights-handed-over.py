# rule: MLW205 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

df = pd.read_csv("rare.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="y"), df["y"], stratify=df["y"], random_state=0)
weights = dict(enumerate(compute_class_weight("balanced", classes=np.array([0, 1]), y=ya)))
clf = LogisticRegression(class_weight=weights, max_iter=500)
clf.fit(Xa, ya)
print(recall_score(yb, clf.predict(Xb)))
