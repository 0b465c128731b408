# rule: MLW105 clean
from tensorflow import keras


def train(data):
    keras.utils.set_random_seed(0)
    X_train, y_train = data.training_part()[0], data.training_part()[1]
    X_test, y_test = data.test_part()[0], data.test_part()[1]
    model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.fit(X_train.astype("float32"), y_train)
    print(model.evaluate(X_test.astype("float32"), y_test))
