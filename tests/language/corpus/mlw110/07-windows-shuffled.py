# rule: MLW110
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split

load = pd.read_csv("../data/power.csv", parse_dates=["hour"]).sort_values("hour")["load_mw"].to_numpy()
X = np.array([load[i - 24:i] for i in range(24, len(load))])
y = load[24:]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)  # expect: MLW110
print(LinearRegression().fit(X_train, y_train).score(X_test, y_test))
