# rule: MLW105 clean
import numpy as np
from sklearn.linear_model import Ridge

X = np.load("x.npy")
y = np.load("y.npy")
reg = Ridge().fit(X[:700], y[:700])
print(reg.score(X[700:], y[700:]))
