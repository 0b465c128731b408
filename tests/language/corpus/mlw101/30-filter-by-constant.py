# rule: MLW101 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

cars = pd.read_csv("cars.csv").dropna().drop_duplicates()
cars = cars[cars["price"] < 200_000]
cars["log_km"] = np.log1p(cars["km"])
print(cars["price"].mean(), cars["km"].median())
train, test = train_test_split(cars, test_size=0.2, random_state=6)
lin = LinearRegression().fit(train[["log_km", "year"]], train["price"])
print(r2_score(test["price"], lin.predict(test[["log_km", "year"]])))
