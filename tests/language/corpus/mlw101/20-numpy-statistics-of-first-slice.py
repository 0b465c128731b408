# rule: MLW101 clean
import numpy as np
from sklearn.linear_model import LinearRegression

raw = np.genfromtxt("boreholes.csv", delimiter=",", skip_header=1)
cut = 800
X, y = raw[:, :-1], raw[:, -1]
mu, sd = X[:cut].mean(axis=0), X[:cut].std(axis=0)
X = (X - mu) / sd
line = LinearRegression().fit(X[:cut], y[:cut])
print(line.score(X[cut:], y[cut:]))
