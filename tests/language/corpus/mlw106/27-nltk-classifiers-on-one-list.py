# rule: MLW106
import nltk
from nltk.classify.scikitlearn import SklearnClassifier
from nltk.corpus import names
from sklearn.naive_bayes import BernoulliNB

samples = [({"last": name[-1], "length": len(name)}, "f") for name in names.words("female.txt")]
samples += [({"last": name[-1], "length": len(name)}, "m") for name in names.words("male.txt")]
samples = sorted(samples, key=str)
learn, check = samples[::2], samples[1::2]
first = nltk.NaiveBayesClassifier.train(learn)
print(nltk.classify.accuracy(first, check))
second = SklearnClassifier(BernoulliNB())
second.train(learn)
print(nltk.classify.accuracy(second, check))  # expect: MLW106
