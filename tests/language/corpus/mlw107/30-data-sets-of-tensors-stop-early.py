# rule: MLW107
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
from tensorflow import keras

keras.utils.set_random_seed(0)
df = pd.read_csv("bridges.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="cost"), df["cost"], random_state=0)
train = tf.data.Dataset.from_tensor_slices((X_train, y_train)).shuffle(100, seed=0).batch(32)
watched = tf.data.Dataset.from_tensor_slices((X_test, y_test)).batch(32)
model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])
model.compile(loss="mse")
stop = keras.callbacks.EarlyStopping(patience=3)
model.fit(train, validation_data=watched, epochs=100, callbacks=[stop])  # expect: MLW107
print(model.evaluate(X_test, y_test))
