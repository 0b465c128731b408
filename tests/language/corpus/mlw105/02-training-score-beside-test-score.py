# rule: MLW105 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

homes = pd.read_csv("kc_homes.csv")
X_train, X_test, y_train, y_test = train_test_split(homes[["sqft", "grade", "lat"]], homes["price"], random_state=0)
forest = RandomForestRegressor(random_state=0)
forest.fit(X_train, y_train)
print("train", forest.score(X_train, y_train))
print("test", forest.score(X_test, y_test))
