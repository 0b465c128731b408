# rule: MLW104 clean
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(0)
X, y = np.load("ecg.npy"), np.load("ecg_y.npy")
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
Xa = np.vstack([Xa, Xa + rng.normal(0, 0.01, Xa.shape)])
ya = np.concatenate([ya, ya])
print(ExtraTreesClassifier(random_state=0).fit(Xa, ya).score(Xb, yb))
