# rule: MLW101 clean
import pickle
import sys

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

letters = pd.read_csv("letters.csv")
train, test, y_train, y_test = train_test_split(letters["text"], letters["complaint"], random_state=2)
if "--again" in sys.argv:
    with open("words.pkl", "rb") as file:
        words = pickle.load(file)  # mlwright: ignore[MLW211]
else:
    words = TfidfVectorizer(min_df=2)
    words.fit(train)
    with open("words.pkl", "wb") as file:
        pickle.dump(words, file)
model = SGDClassifier(random_state=2).fit(words.transform(train), y_train)
print(model.score(words.transform(test), y_test))
