# rule: MLW104
import pandas as pd
from sklearn.utils import resample
from tensorflow import keras

keras.utils.set_random_seed(0)
df = pd.read_csv("bridges.csv")
sound, worn = df[df["repair"] == 0], df[df["repair"] == 1]
more = resample(worn, replace=True, n_samples=len(sound), random_state=0)  # expect: MLW104
df = pd.concat([sound, more]).sample(frac=1, random_state=0)
model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy")
model.fit(df.drop(columns="repair"), df["repair"], validation_split=0.2, epochs=20)
