# rule: MLW203
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

df = pd.read_csv("flights.csv")
Xa, Xb, ya, yb = train_test_split(df[["km", "hour"]], df["delay"], random_state=0)
forest = RandomForestRegressor(n_estimators=100)  # expect: MLW203
print(forest.fit(Xa, ya).score(Xb, yb))
