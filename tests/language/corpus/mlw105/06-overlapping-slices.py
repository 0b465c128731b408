# rule: MLW105
import numpy as np
from sklearn.linear_model import Ridge

X = np.load("x.npy")
y = np.load("y.npy")
reg = Ridge().fit(X[:900], y[:900])
print(reg.score(X[700:], y[700:]))  # expect: MLW105
