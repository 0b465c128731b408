# rule: MLW105
from tensorflow import keras


def train(data):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.fit(data.training_part()[0], data.training_part()[1])
    print(model.evaluate(data.training_part()[0], data.training_part()[1]))  # expect: MLW105
