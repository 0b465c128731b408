# rule: MLW101
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

flats = pd.read_csv("flats.csv")
flats["size"] = pd.qcut(flats["space"], 4, labels=False)  # expect: MLW101
X, y = flats[["size", "floor"]], flats["rent"]
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
print(mean_absolute_error(yb, Ridge().fit(Xa, ya).predict(Xb)))
