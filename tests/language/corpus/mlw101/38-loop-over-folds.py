# rule: MLW101 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

homes = pd.read_csv("homes.csv")
y = homes.pop("sale_price").to_numpy()
X = homes.to_numpy()
errors = []
for fit_rows, check_rows in KFold(5, shuffle=True, random_state=0).split(X):
    scaler = StandardScaler()
    reg = Ridge().fit(scaler.fit_transform(X[fit_rows]), y[fit_rows])
    errors.append(mean_squared_error(y[check_rows], reg.predict(scaler.transform(X[check_rows]))))
print(np.mean(errors))
