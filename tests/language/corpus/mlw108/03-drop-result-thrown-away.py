# rule: MLW108
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split

houses = pd.read_csv("../data/houses.csv").drop(columns=["neighborhood", "house_id"])
y = houses["price"]
houses.drop(columns="price")
X_train, X_test, y_train, y_test = train_test_split(houses, y, random_state=0)
lin = LinearRegression()
lin.fit(X_train, y_train)  # expect: MLW108
print(lin.score(X_test, y_test))
