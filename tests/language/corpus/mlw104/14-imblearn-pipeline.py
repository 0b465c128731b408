# rule: MLW104 clean
import pandas as pd
from imblearn.over_sampling import ADASYN
from imblearn.pipeline import make_pipeline
from lightgbm import LGBMClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split

d = pd.read_csv("intrusions.csv")
y = d.pop("attack")
Xa, Xb, ya, yb = train_test_split(d, y, stratify=y, random_state=0)
m = make_pipeline(ADASYN(random_state=0), LGBMClassifier(random_state=0)).fit(Xa, ya)
print(average_precision_score(yb, m.predict_proba(Xb)[:, 1]))
