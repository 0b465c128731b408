# rule: MLW105 clean
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

bikes = pd.read_csv("bikes.csv")
X, y = bikes[["warm", "wet", "hour"]], bikes["lent"]
Xa, Xb, ya, yb = train_test_split(X, y, random_state=8)
forest = RandomForestRegressor(random_state=0).fit(Xa, ya)
print(mean_absolute_error(yb, forest.predict(Xb)))
forest.fit(X, y)
plt.plot(Xb["hour"], forest.predict(Xb), ".")
plt.show()
