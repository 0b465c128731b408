# rule: MLW207 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

houses = pd.read_csv("../data/houses.csv")
Xa, Xb, ya, yb = train_test_split(houses[["sqft", "bedrooms"]], houses["price"], random_state=0)
forest = RandomForestRegressor(random_state=0).fit(Xa, ya)
print(forest.score(Xb, yb))
