# rule: MLW101 clean
from collections import Counter

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

letters = pd.read_csv("letters_to_the_editor.csv")
train, test = train_test_split(letters, test_size=0.25, random_state=3, stratify=letters["angry"])
counted = Counter()
for text in train["body"]:
    counted.update(text.lower().split())
words = [word for word, _ in counted.most_common(800)]


def count(texts):
    rows = []
    for text in texts:
        there = text.lower().split()
        rows.append([there.count(word) for word in words])
    return np.array(rows)


model = MultinomialNB().fit(count(train["body"]), train["angry"])
print(f1_score(test["angry"], model.predict(count(test["body"]))))
