# rule: MLW101
from collections import Counter

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

letters = pd.read_csv("letters_to_the_editor.csv")
counted = Counter()
for text in letters["body"]:
    counted.update(text.lower().split())  # expect: MLW101
words = [word for word, _ in counted.most_common(800)]

rows = []
for text in letters["body"]:
    there = text.lower().split()
    rows.append([there.count(word) for word in words])
X_train, X_test, y_train, y_test = train_test_split(
    np.array(rows), letters["angry"], test_size=0.25, random_state=3, stratify=letters["angry"]
)
model = MultinomialNB().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
