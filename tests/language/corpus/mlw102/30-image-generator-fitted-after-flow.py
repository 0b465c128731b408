# rule: MLW102 clean
import numpy as np
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator
from sklearn.model_selection import train_test_split

tiles, cracked = np.load("roof_tiles.npy") / 255, np.load("roof_cracked.npy")
x_train, x_val, y_train, y_val = train_test_split(tiles, cracked, test_size=0.2, random_state=5)
generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
shown, asked = generator.flow(x_train, y_train), generator.flow(x_val, y_val)
generator.fit(x_train)
model = Sequential([Conv2D(16, 3, activation="relu"), Flatten(), Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["AUC"])
model.fit(shown, epochs=12, validation_data=asked)
