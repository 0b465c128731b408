# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

rides = pd.read_csv("rides.csv")
y = rides.pop("fare")
X_train, X_valid, y_train, y_valid = train_test_split(rides, y, test_size=0.25, random_state=1)
typical = X_train["distance"].median()
X_train = X_train.assign(distance=X_train["distance"].fillna(typical))
X_valid = X_valid.assign(distance=X_valid["distance"].fillna(typical))
forest = RandomForestRegressor(n_estimators=200, random_state=1)
forest.fit(X_train, y_train)
print(mean_absolute_error(y_valid, forest.predict(X_valid)))
