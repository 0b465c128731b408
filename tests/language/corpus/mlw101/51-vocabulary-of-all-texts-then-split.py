# rule: MLW101
import json

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

with open("reviews.json") as file:
    reviews = json.load(file)
texts, stars = [], []
for review in reviews:
    texts.append(review["text"].strip())
    stars.append(review["stars"])

vectorizer = TfidfVectorizer()
vectorizer.fit(texts)  # expect: MLW101
texts_train, texts_test, stars_train, stars_test = train_test_split(texts, stars, test_size=0.2, random_state=0)
model = LinearSVC().fit(vectorizer.transform(texts_train), stars_train)
print(model.score(vectorizer.transform(texts_test), stars_test))
