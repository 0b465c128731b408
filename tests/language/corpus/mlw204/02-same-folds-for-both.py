# rule: MLW204 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score

df = pd.read_csv("rivers.csv")
X, y = df[["rain", "slope"]], df["flow"]
folds = KFold(5, shuffle=True, random_state=1)
ridge = cross_val_score(Ridge(), X, y, cv=folds).mean()
forest = cross_val_score(RandomForestRegressor(random_state=0), X, y, cv=folds).mean()
print("forest is better" if forest > ridge else "ridge is better")
