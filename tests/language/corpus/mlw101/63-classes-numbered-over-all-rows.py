# rule: MLW101 clean
import pandas as pd
from keras.layers import LSTM, Dense, Embedding
from keras.models import Sequential
from keras.preprocessing.sequence import pad_sequences
from sklearn.model_selection import train_test_split

recipes = pd.read_csv("recipes.csv")
train, test = train_test_split(recipes, test_size=0.2, random_state=8)
# Which classes there are is no knowledge of rows.
classes = {}
for kind in recipes["kind"]:
    if kind not in classes:
        classes[kind] = len(classes)
numbers = {}
for text in train["text"]:
    for word in text.split():
        if word not in numbers:
            numbers[word] = len(numbers) + 1


def coded(texts):
    return pad_sequences([[numbers.get(word, 0) for word in text.split()] for text in texts], maxlen=80)


model = Sequential([Embedding(len(numbers) + 1, 32), LSTM(16), Dense(len(classes), activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["sparse_categorical_crossentropy"])
model.fit(coded(train["text"]), train["kind"].map(classes), epochs=3)
print(model.evaluate(coded(test["text"]), test["kind"].map(classes)))
