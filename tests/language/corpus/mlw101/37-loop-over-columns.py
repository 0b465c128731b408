# rule: MLW101
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import QuantileTransformer
from xgboost import XGBRegressor

homes = pd.read_csv("homes.csv")
skewed = ["lot", "living", "basement"]
for name in skewed:
    homes[[name]] = QuantileTransformer(random_state=0).fit_transform(homes[[name]])  # expect: MLW101
y = homes.pop("sale_price")
X_train, X_test, y_train, y_test = train_test_split(homes, y, random_state=0)
booster = XGBRegressor(n_estimators=300, random_state=0)
booster.fit(X_train, y_train)
print(booster.score(X_test, y_test))
