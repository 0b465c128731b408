# rule: MLW105 clean
import pandas as pd
from sklearn.neural_network import MLPRegressor

train = pd.read_csv("bikes_2011.csv")
test = pd.read_csv("bikes_2012.csv")
net = MLPRegressor(random_state=0).fit(train[["temp", "wind"]], train["rented"])
print(net.score(test[["temp", "wind"]], test["rented"]))
