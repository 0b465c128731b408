# rule: MLW101
import pickle
import sys

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

letters = pd.read_csv("letters.csv")
if "--again" in sys.argv:
    with open("words.pkl", "rb") as file:
        words = pickle.load(file)  # expect: MLW211
else:
    words = TfidfVectorizer(min_df=2)
    words.fit(letters["text"])  # expect: MLW101
    with open("words.pkl", "wb") as file:
        pickle.dump(words, file)
x = words.transform(letters["text"])
x_train, x_test, y_train, y_test = train_test_split(x, letters["complaint"], random_state=2)
print(SGDClassifier(random_state=2).fit(x_train, y_train).score(x_test, y_test))
