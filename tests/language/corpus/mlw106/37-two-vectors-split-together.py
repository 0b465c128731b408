# rule: MLW106 clean
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor

X, heat, damp = np.load("walls.npy"), np.load("heat.npy"), np.load("damp.npy")
Xa, Xb, heat_a, heat_b, damp_a, damp_b = train_test_split(X, heat, damp, random_state=4)
warm = Ridge().fit(Xa, heat_a)
wet = DecisionTreeRegressor(max_depth=4, random_state=0).fit(Xa, damp_a)
print(mean_absolute_error(heat_b, warm.predict(Xb)))
print(mean_absolute_error(damp_b, wet.predict(Xb)))
