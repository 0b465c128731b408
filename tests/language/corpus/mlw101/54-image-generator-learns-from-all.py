# rule: MLW101
import numpy as np
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator
from sklearn.model_selection import train_test_split

tiles = np.load("roof_tiles.npy") / 255
cracked = np.load("roof_cracked.npy")
generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True, rotation_range=15)
generator.fit(tiles)  # expect: MLW101
x_train, x_val, y_train, y_val = train_test_split(tiles, cracked, test_size=0.2, random_state=5)
model = Sequential([Conv2D(16, 3, activation="relu"), Flatten(), Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["AUC"])
model.fit(generator.flow(x_train, y_train, batch_size=32), epochs=12, validation_data=generator.flow(x_val, y_val))
