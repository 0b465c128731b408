# rule: MLW101 clean
import numpy as np
import sklearn.preprocessing as skp
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

data = np.loadtxt("yield.txt")
X, y = data[:, :-1], data[:, -1]
X_tr, X_te, y_tr, y_te = train_test_split(X, y, random_state=3)
norm = skp.RobustScaler().fit(X_tr)

reg = Ridge(alpha=1.0)
reg.fit(norm.transform(X_tr), y_tr)
print(reg.score(norm.transform(X_te), y_te))
