# rule: MLW104 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

sheet = pd.read_csv("spectra_by_column.csv").values
first, second = sheet[:, 1:17], sheet[:, 17:33]
X = np.concatenate([first.T, second.T])
y = np.load("rot_of_each_plant.npy")
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = Ridge().fit(X_train, y_train)
print(model.score(X_test, y_test))
