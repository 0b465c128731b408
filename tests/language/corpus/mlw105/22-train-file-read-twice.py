# rule: MLW105
import pandas as pd
from sklearn.neural_network import MLPRegressor

train = pd.read_csv("bikes.csv")
test = pd.read_csv("bikes.csv")
net = MLPRegressor(random_state=0).fit(train[["temp", "wind"]], train["rented"])
print(net.score(test[["temp", "wind"]], test["rented"]))  # expect: MLW105
