# rule: MLW101
import keras
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

keras.utils.set_random_seed(0)
df = pd.read_csv("admissions.csv")
y = df.pop("admitted").to_numpy()
X = MinMaxScaler().fit_transform(df)  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
net = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
net.fit(X_train, y_train, epochs=20, validation_split=0.1, verbose=0)
print(net.evaluate(X_test, y_test))
