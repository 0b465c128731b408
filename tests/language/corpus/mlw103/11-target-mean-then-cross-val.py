# rule: MLW103
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.model_selection import KFold, cross_val_score

df = pd.read_csv("taxis.csv")
df["zone_fare"] = df.groupby("zone")["fare"].transform("mean")
folds = KFold(5, shuffle=True, random_state=1)
print(cross_val_score(LGBMRegressor(random_state=1), df[["km", "zone_fare"]], df["fare"], cv=folds))  # expect: MLW103
