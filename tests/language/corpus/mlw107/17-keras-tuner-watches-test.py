# rule: MLW107
import keras_tuner
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow import keras

df = pd.read_csv("knees.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="stiffness"), df["stiffness"], random_state=40)


def build(hp):
    units = hp.Int("units", min_value=16, max_value=256, step=16)
    model = keras.Sequential([keras.layers.Dense(units, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mean_absolute_error")
    return model


tuner = keras_tuner.RandomSearch(build, objective="val_loss", max_trials=50, seed=40)
tuner.search(X_train, y_train, epochs=5, validation_data=(X_test, y_test))  # expect: MLW107
best = tuner.get_best_models()[0]
