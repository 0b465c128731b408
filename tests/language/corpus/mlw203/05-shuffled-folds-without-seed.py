# rule: MLW203
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_score

df = pd.read_csv("flights.csv")
folds = KFold(n_splits=10, shuffle=True)  # expect: MLW203
print(cross_val_score(LinearRegression(), df[["km", "hour"]], df["delay"], cv=folds).mean())
