# rule: MLW101
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

with open("letters.txt", encoding="utf-8") as file:
    letters = file.readlines()
with open("kinds.txt", encoding="utf-8") as file:
    kinds = np.array(file.readlines())
X = TfidfVectorizer().fit_transform(letters)  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(X, kinds, random_state=0)
model = MultinomialNB().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test), average="macro"))
