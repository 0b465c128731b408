# rule: MLW106 clean
import pandas as pd
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("fuel.csv")
train, test = train_test_split(df, random_state=0)
cols = ["weight", "power", "year"]
floor = DummyRegressor().fit(train[cols], train["mpg"])
line = LinearRegression().fit(train[cols], train["mpg"])
print("guessing the mean", floor.score(test[cols], test["mpg"]))
print("model", line.score(test[cols], test["mpg"]))
