# rule: MLW101
import pandas as pd
from keras.layers import LSTM, Dense, Embedding
from keras.models import Sequential
from keras.preprocessing.sequence import pad_sequences
from sklearn.model_selection import train_test_split

recipes = pd.read_csv("recipes.csv")
texts = recipes["text"].tolist()
numbers = {}
for text in texts:
    for word in text.split():
        if word not in numbers:
            numbers[word] = len(numbers) + 1  # expect: MLW101
coded = [[numbers[word] for word in text.split()] for text in texts]
X = pad_sequences(coded, maxlen=80)
X_train, X_test, y_train, y_test = train_test_split(X, recipes["sweet"], test_size=0.2, random_state=8)
model = Sequential([Embedding(len(numbers) + 1, 32), LSTM(16), Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["AUC"])
model.fit(X_train, y_train, epochs=3)
print(model.evaluate(X_test, y_test))
