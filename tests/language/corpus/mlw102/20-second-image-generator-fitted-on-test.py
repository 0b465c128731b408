# rule: MLW102
from keras.datasets import mnist
from keras.models import load_model
from keras.preprocessing.image import ImageDataGenerator

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, x_test = x_train.reshape(-1, 28, 28, 1) / 255, x_test.reshape(-1, 28, 28, 1) / 255
shown = ImageDataGenerator(featurewise_center=True, rotation_range=10)
shown.fit(x_train)
asked = ImageDataGenerator(featurewise_center=True)
asked.fit(x_test)  # expect: MLW102
model = load_model("digits_so_far.h5")
model.fit(shown.flow(x_train, y_train), epochs=4, validation_data=asked.flow(x_test, y_test))
