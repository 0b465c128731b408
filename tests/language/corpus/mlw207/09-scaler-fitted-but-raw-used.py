# rule: MLW207
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

houses = pd.read_csv("../data/houses.csv")
Xa, Xb, ya, yb = train_test_split(houses[["sqft", "year_built"]], houses["price"], random_state=0)
Za = StandardScaler().fit_transform(Xa)
knn = KNeighborsRegressor()
knn.fit(Xa, ya)  # expect: MLW207
print(knn.score(Xb, yb))
