# rule: MLW101 clean
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

keras.utils.set_random_seed(0)
df = pd.read_csv("bridges.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="cost"), df["cost"], random_state=0)
scaler = StandardScaler().fit(X_train)
model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(scaler.transform(X_train), y_train, validation_split=0.2, epochs=20)
print(model.evaluate(scaler.transform(X_test), y_test))
