# rule: MLW205 clean
import keras
import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

keras.utils.set_random_seed(0)
X, y = np.load("x.npy"), np.load("y.npy")
Xa, Xb, ya, yb = train_test_split(X, y, stratify=y, random_state=0)
w = compute_class_weight("balanced", classes=np.unique(ya), y=ya)
net = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")])
net.compile("adam", "binary_crossentropy")
net.fit(Xa, ya, epochs=10, class_weight={0: w[0], 1: w[1]}, verbose=0)
print(f1_score(yb, net.predict(Xb)[:, 0] > 0.5))
