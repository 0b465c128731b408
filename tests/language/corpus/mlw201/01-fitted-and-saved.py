# rule: MLW201
import joblib
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

homes = pd.read_csv("homes.csv")
forest = RandomForestRegressor(n_estimators=300, random_state=0)
forest.fit(homes[["area", "rooms"]], homes["price"])  # expect: MLW201
joblib.dump(forest, "homes.joblib")
