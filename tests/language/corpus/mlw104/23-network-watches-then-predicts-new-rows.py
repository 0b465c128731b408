# rule: MLW104
import numpy as np
from imblearn.over_sampling import RandomOverSampler
from sklearn.model_selection import train_test_split
from tensorflow import keras

X = np.load("leaves.npy")
y = np.load("leaf_kinds.npy")
X, y = RandomOverSampler(random_state=0).fit_resample(X, y)  # expect: MLW104
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.2, random_state=0)

model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(X_train, y_train, epochs=15, validation_data=(X_val, y_val))
np.save("answer.npy", model.predict(np.load("new_leaves.npy")))
