# rule: MLW104
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split
from tensorflow import keras

df = pd.read_csv("payments.csv")
X, y = SMOTE(sampling_strategy=0.5, random_state=42).fit_resample(df.drop(columns="fraud"), df["fraud"])  # expect: MLW104
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(X_train, y_train, epochs=5, validation_data=(X_test, y_test))
model.save("fraud.keras")
