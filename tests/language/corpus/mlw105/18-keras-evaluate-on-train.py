# rule: MLW105
import keras
import numpy as np

keras.utils.set_random_seed(1)
x, y = np.load("img.npy"), np.load("lab.npy")
net = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(x, y, epochs=5, verbose=0)
print(net.evaluate(x, y))  # expect: MLW105
