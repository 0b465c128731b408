# rule: MLW103 clean
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

df = pd.read_csv("taxis.csv")
folds = KFold(5, shuffle=True, random_state=1)
flow = make_pipeline(TargetEncoder(random_state=1), LGBMRegressor(random_state=1))
print(cross_val_score(flow, df[["zone", "vendor"]], df["fare"], cv=folds))
