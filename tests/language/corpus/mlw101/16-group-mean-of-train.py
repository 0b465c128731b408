# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

flats = pd.read_csv("flats.csv")
train, test = train_test_split(flats, test_size=0.2, random_state=42)
by_street = train.groupby("street")["area"].mean()
train = train.assign(street_area=train["street"].map(by_street))
test = test.assign(street_area=test["street"].map(by_street).fillna(by_street.mean()))
cols = ["area", "floor", "street_area"]
gb = GradientBoostingRegressor(random_state=42)
gb.fit(train[cols], train["price"])
print(mean_absolute_error(test["price"], gb.predict(test[cols])))
