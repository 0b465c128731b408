# rule: MLW108
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

houses = pd.read_csv("../data/houses.csv").drop(columns=["neighborhood"])
houses["log_price"] = np.log(houses["price"])
X = houses.drop(columns=["log_price", "house_id"])
X_train, X_test, y_train, y_test = train_test_split(X, houses["log_price"], random_state=0)
ridge = Ridge().fit(X_train, y_train)  # expect: MLW108
print(ridge.score(X_test, y_test))
