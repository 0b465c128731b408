# rule: MLW101
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

flats = pd.read_csv("flats.csv")
flats["street_price"] = flats.groupby("street")["price"].transform("mean")  # expect: MLW101
train, test = train_test_split(flats, test_size=0.2, random_state=42)
cols = ["area", "floor", "street_price"]
gb = GradientBoostingRegressor(random_state=42)
gb.fit(train[cols], train["price"])
print(mean_absolute_error(test["price"], gb.predict(test[cols])))
