# rule: MLW101
import numpy as np
from sklearn.linear_model import LinearRegression

raw = np.genfromtxt("boreholes.csv", delimiter=",", skip_header=1)
mu = raw[:, :-1].mean(axis=0)  # expect: MLW101
sd = raw[:, :-1].std(axis=0)  # expect: MLW101
X = (raw[:, :-1] - mu) / sd
y = raw[:, -1]
cut = 800
line = LinearRegression().fit(X[:cut], y[:cut])
print(line.score(X[cut:], y[cut:]))
