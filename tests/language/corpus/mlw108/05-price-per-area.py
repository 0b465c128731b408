# rule: MLW108
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split

houses = pd.read_csv("../data/houses.csv")
houses["per_sqft"] = houses["price"] / houses["sqft"]
X = houses[["sqft", "bedrooms", "per_sqft"]]
X_train, X_test, y_train, y_test = train_test_split(X, houses["price"], random_state=0)
gb = GradientBoostingRegressor(random_state=0).fit(X_train, y_train)  # expect: MLW108
print(gb.score(X_test, y_test))
