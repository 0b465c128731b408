# rule: MLW201 clean
import joblib
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_val_score

homes = pd.read_csv("homes.csv")
forest = RandomForestRegressor(n_estimators=300, random_state=0)
print(cross_val_score(forest, homes[["area", "rooms"]], homes["price"], cv=5).mean())
forest.fit(homes[["area", "rooms"]], homes["price"])
joblib.dump(forest, "homes.joblib")
