# rule: MLW101
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

cars = pd.read_csv("cars.csv")
top = cars["price"].quantile(0.99)  # expect: MLW101
cars["price_capped"] = cars["price"].clip(upper=top)
train, test = train_test_split(cars, test_size=0.2, random_state=6)
lin = LinearRegression().fit(train[["km", "year"]], train["price_capped"])
print(r2_score(test["price_capped"], lin.predict(test[["km", "year"]])))
