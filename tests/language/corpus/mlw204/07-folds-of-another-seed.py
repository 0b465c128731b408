# rule: MLW204
import pandas as pd
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import KFold, cross_val_score

df = pd.read_csv("rivers.csv")
X, y = df[["rain", "slope"]], df["flow"]
print("lasso", cross_val_score(Lasso(), X, y, cv=KFold(5, shuffle=True, random_state=1)).mean())
print("ridge", cross_val_score(Ridge(), X, y, cv=KFold(5, shuffle=True, random_state=2)).mean())  # expect: MLW204
