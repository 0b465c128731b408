# rule: MLW106
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("fuel.csv")
train, test = train_test_split(df, random_state=0)
small = ["weight"]
large = ["weight", "power", "year"]
one = LinearRegression().fit(train[small], train["mpg"])
two = LinearRegression().fit(train[large], train["mpg"])
print(one.score(test[small], test["mpg"]))
print(two.score(test[large], test["mpg"]))  # expect: MLW106
