# rule: MLW103 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("tumours.csv")
model = make_pipeline(StandardScaler(), LogisticRegression())
scores = cross_val_score(model, df.drop(columns="malignant"), df["malignant"], cv=5)
print(scores.mean())
