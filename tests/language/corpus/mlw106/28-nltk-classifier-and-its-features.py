# rule: MLW106 clean
import nltk
from nltk.corpus import names

samples = [({"last": name[-1], "length": len(name)}, "f") for name in names.words("female.txt")]
samples += [({"last": name[-1], "length": len(name)}, "m") for name in names.words("male.txt")]
samples = sorted(samples, key=str)
learn, check = samples[::2], samples[1::2]
model = nltk.NaiveBayesClassifier.train(learn)
print(nltk.classify.accuracy(model, check))
model.show_most_informative_features(10)
