# rule: MLW207
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.svm import SVR

houses = pd.read_csv("../data/houses.csv")
Xa, Xb, ya, yb = train_test_split(houses[["sqft", "bedrooms"]], houses["price"], random_state=0)
svr = SVR(C=100).fit(Xa, ya)  # expect: MLW207
print(svr.score(Xb, yb))
