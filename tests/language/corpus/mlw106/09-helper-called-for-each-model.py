# rule: MLW106
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor

df = pd.read_csv("auctions.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="bid"), df["bid"], random_state=0)


def evaluate(model):
    model.fit(X_train, y_train)
    return model.score(X_test, y_test)  # expect: MLW106


print(evaluate(Ridge()))
print(evaluate(DecisionTreeRegressor(random_state=0)))
print(evaluate(RandomForestRegressor(random_state=0)))
