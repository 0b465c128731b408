# rule: MLW106 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

df = pd.read_csv("auctions.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="bid"), df["bid"], random_state=0)


def evaluate(model):
    model.fit(X_train, y_train)
    return model.score(X_test, y_test)


print(evaluate(RandomForestRegressor(random_state=0)))
