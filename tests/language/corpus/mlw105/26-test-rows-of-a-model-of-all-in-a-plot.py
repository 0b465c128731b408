# rule: MLW105
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

bikes = pd.read_csv("bikes.csv")
X, y = bikes[["warm", "wet", "hour"]], bikes["lent"]
Xa, Xb, ya, yb = train_test_split(X, y, random_state=8)
forest = RandomForestRegressor(random_state=0).fit(X, y)
said = forest.predict(Xb)
plt.scatter(range(len(yb)), yb, label="lent")
plt.scatter(range(len(yb)), said, label="predicted")  # expect: MLW105
plt.show()
