# rule: MLW206 clean
import keras
import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
X, y = np.load("x.npy"), np.load("y.npy")
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
net = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")])
net.compile("adam", "binary_crossentropy")
net.fit(Xa, ya, epochs=10, verbose=0)
print(roc_auc_score(yb, net.predict(Xb)))
