# rule: MLW102
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split

rentals = pd.read_csv("bike_rentals.csv")
x_train, x_test, y_train, y_test = train_test_split(
    rentals.drop(columns="rides"), rentals["rides"], test_size=0.25, random_state=3
)
missing = SimpleImputer(strategy="median")
weather = ["rain", "wind", "snow", "sun"]
told = CountVectorizer(vocabulary=weather, binary=True)
train = missing.fit_transform(x_train[["temperature", "humidity"]])
train = pd.DataFrame(train).join(pd.DataFrame(told.fit_transform(x_train["report"]).toarray(), columns=weather))
test = missing.fit_transform(x_test[["temperature", "humidity"]])  # expect: MLW102
test = pd.DataFrame(test).join(pd.DataFrame(told.fit_transform(x_test["report"]).toarray(), columns=weather))
forest = RandomForestRegressor(random_state=0).fit(train, y_train)
print(forest.score(test, y_test))
