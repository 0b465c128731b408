# rule: MLW104
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(0)
X, y = np.load("ecg.npy"), np.load("ecg_y.npy")
noisy = X + rng.normal(0, 0.01, X.shape)
X_all = np.vstack([X, noisy])  # expect: MLW104
y_all = np.concatenate([y, y])
Xa, Xb, ya, yb = train_test_split(X_all, y_all, random_state=0)
print(ExtraTreesClassifier(random_state=0).fit(Xa, ya).score(Xb, yb))
