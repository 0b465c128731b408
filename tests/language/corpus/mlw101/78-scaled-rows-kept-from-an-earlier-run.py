# rule: MLW101
import os

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler

flats = pd.read_csv("flats.csv")
if os.path.exists("flats_scaled.npy"):
    x = np.load("flats_scaled.npy")
else:
    x = RobustScaler().fit_transform(flats[["rooms", "area", "floor"]])  # expect: MLW101
    np.save("flats_scaled.npy", x)
x_train, x_test, y_train, y_test = train_test_split(x, flats["rent"], random_state=12)
print(Ridge().fit(x_train, y_train).score(x_test, y_test))
