# rule: MLW106 clean
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow import keras

df = pd.read_csv("beats.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(5, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(X_train, y_train, epochs=10)
print("after 10 epochs", model.evaluate(X_test, y_test))
model.fit(X_train, y_train, epochs=10)
print("after 20 epochs", model.evaluate(X_test, y_test))
