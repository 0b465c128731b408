# rule: MLW110 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

load = pd.read_csv("../data/power.csv", parse_dates=["hour"]).sort_values("hour")["load_mw"].to_numpy()
X = np.array([load[i - 24:i] for i in range(24, len(load))])
y = load[24:]
cut = int(len(X) * 0.8)
print(LinearRegression().fit(X[:cut], y[:cut]).score(X[cut:], y[cut:]))
