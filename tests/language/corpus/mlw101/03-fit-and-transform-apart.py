# rule: MLW101
import pandas as pd
import sklearn.preprocessing as skp
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

houses = pd.read_csv("listing_prices.csv")
features = houses[["area", "rooms", "age"]]
norm = skp.MinMaxScaler()
norm.fit(features)  # expect: MLW101
features = norm.transform(features)

a, b, ya, yb = train_test_split(features, houses["price"], random_state=3)
reg = Ridge(alpha=1.0)
reg.fit(a, ya)
print(reg.score(b, yb))
