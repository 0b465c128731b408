# rule: MLW105 clean
import keras

keras.utils.set_random_seed(1)
(x, y), (x_new, y_new) = keras.datasets.mnist.load_data()
net = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(x / 255, y, epochs=5, validation_split=0.1, verbose=0)
print(net.evaluate(x_new / 255, y_new))
