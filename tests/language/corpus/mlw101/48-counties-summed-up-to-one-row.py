# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

votes = pd.read_csv("counties.csv")
island = votes[votes["state"] == "X"].drop(columns="state")
as_one = island.mean().to_frame().T
votes = pd.concat((votes[votes["state"] != "X"].drop(columns="state"), as_one))
X_train, X_test, y_train, y_test = train_test_split(votes.drop(columns="share"), votes["share"], random_state=0)
model = Ridge().fit(X_train, y_train)
print(model.score(X_test, y_test))
