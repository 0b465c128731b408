# rule: MLW103
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("tumours.csv")
X = StandardScaler().fit_transform(df.drop(columns="malignant"))
scores = cross_val_score(LogisticRegression(), X, df["malignant"], cv=5)  # expect: MLW103
print(scores.mean())
