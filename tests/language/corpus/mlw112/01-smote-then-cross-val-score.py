# rule: MLW112
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

df = pd.read_csv("bankrupt.csv")
X, y = SMOTE(random_state=0).fit_resample(df.drop(columns="failed"), df["failed"])
print(cross_val_score(RandomForestClassifier(random_state=0), X, y, cv=5, scoring="f1").mean())  # expect: MLW112
