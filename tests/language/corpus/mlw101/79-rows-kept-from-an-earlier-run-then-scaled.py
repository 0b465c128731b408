# rule: MLW101 clean
import os

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler

flats = pd.read_csv("flats.csv")
if os.path.exists("flats_joined.npy"):
    x = np.load("flats_joined.npy")
else:
    x = flats[["rooms", "area", "floor"]].to_numpy()
    np.save("flats_joined.npy", x)
x_train, x_test, y_train, y_test = train_test_split(x, flats["rent"], random_state=12)
scaler = RobustScaler().fit(x_train)
print(Ridge().fit(scaler.transform(x_train), y_train).score(scaler.transform(x_test), y_test))
