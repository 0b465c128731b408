# rule: MLW101
import pandas as pd
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

keras.utils.set_random_seed(0)
df = pd.read_csv("bridges.csv")
X = StandardScaler().fit_transform(df.drop(columns="cost"))  # expect: MLW101
model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(X, df["cost"], validation_split=0.2, epochs=20)
