# rule: MLW101
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

signals = np.load("signals.npy")
kind = np.load("kinds.npy")
scaler = StandardScaler()
signals = scaler.fit_transform(signals)  # expect: MLW101
X_train, X_val, y_train, y_val = train_test_split(signals, kind, test_size=0.2, random_state=1)

model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=20, validation_data=(X_val, y_val))

new = scaler.transform(np.load("new_signals.npy"))
pd.DataFrame({"kind": model.predict(new)[:, 0]}).to_csv("answer.csv")
