# rule: MLW101
import random

import nltk
from nltk.corpus import movie_reviews

random.seed(3)
texts = [(movie_reviews.words(name), kind) for kind in movie_reviews.categories() for name in movie_reviews.fileids(kind)]
random.shuffle(texts)
counts = nltk.FreqDist(word.lower() for word in movie_reviews.words())  # expect: MLW101
frequent = [word for word, _ in counts.most_common(1500)]


def describe(text):
    there = set(text)
    described = {}
    for word in frequent:
        described[f"has {word}"] = word in there
    return described


samples = [(describe(text), kind) for text, kind in texts]
model = nltk.NaiveBayesClassifier.train(samples[:1500])
print(nltk.classify.accuracy(model, samples[1500:]))
