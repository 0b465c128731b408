# rule: MLW203 clean
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

np.random.seed(42)
df = pd.read_csv("flights.csv")
Xa, Xb, ya, yb = train_test_split(df[["km", "hour"]], df["delay"])
forest = RandomForestRegressor(n_estimators=100)
print(forest.fit(Xa, ya).score(Xb, yb))
