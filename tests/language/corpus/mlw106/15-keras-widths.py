# rule: MLW106
import keras

keras.utils.set_random_seed(0)
(x, y), (xt, yt) = keras.datasets.fashion_mnist.load_data()
x, xt = x / 255, xt / 255
for width in (32, 64, 128):
    net = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(width, "relu"), keras.layers.Dense(10, "softmax")])
    net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    net.fit(x, y, epochs=3, verbose=0)
    print(width, net.evaluate(xt, yt, verbose=0))  # expect: MLW106
