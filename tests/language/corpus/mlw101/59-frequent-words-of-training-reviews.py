# rule: MLW101 clean
import random

import nltk
from nltk.corpus import movie_reviews

random.seed(3)
texts = [(movie_reviews.words(name), kind) for kind in movie_reviews.categories() for name in movie_reviews.fileids(kind)]
random.shuffle(texts)
learn, check = texts[:1500], texts[1500:]
counts = nltk.FreqDist(word.lower() for text, _ in learn for word in text)
frequent = [word for word, _ in counts.most_common(1500)]


def describe(text):
    there = set(text)
    described = {}
    for word in frequent:
        described[f"has {word}"] = word in there
    return described


model = nltk.NaiveBayesClassifier.train([(describe(text), kind) for text, kind in learn])
print(nltk.classify.accuracy(model, [(describe(text), kind) for text, kind in check]))
