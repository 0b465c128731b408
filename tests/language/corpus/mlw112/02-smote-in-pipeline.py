# rule: MLW112 clean
import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

df = pd.read_csv("bankrupt.csv")
flow = Pipeline([("smote", SMOTE(random_state=0)), ("forest", RandomForestClassifier(random_state=0))])
print(cross_val_score(flow, df.drop(columns="failed"), df["failed"], cv=5, scoring="f1").mean())
