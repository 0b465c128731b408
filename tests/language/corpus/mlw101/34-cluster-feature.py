# rule: MLW101
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import train_test_split

stops = pd.read_csv("bus_stops.csv")
zone = GaussianMixture(n_components=12, random_state=0).fit_predict(stops[["lat", "lon"]])  # expect: MLW101
stops["zone"] = zone
X = pd.get_dummies(stops[["zone", "shelter"]], columns=["zone"])
X_train, X_test, y_train, y_test = train_test_split(X, stops["delay"], random_state=0)
reg = Ridge().fit(X_train, y_train)
print(reg.score(X_test, y_test))
