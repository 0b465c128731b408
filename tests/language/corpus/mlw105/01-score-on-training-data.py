# rule: MLW105
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

homes = pd.read_csv("kc_homes.csv")
X = homes[["sqft", "grade", "lat"]]
y = homes["price"]
forest = RandomForestRegressor(random_state=0)
forest.fit(X, y)
print(forest.score(X, y))  # expect: MLW105
