# rule: MLW202 clean
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import cross_val_score

fraud = pd.read_csv("../data/fraud.csv")
trees = ExtraTreesClassifier(class_weight="balanced", random_state=0)
print(cross_val_score(trees, fraud[["amount", "hour"]], fraud["is_fraud"], cv=5, scoring="average_precision"))
