# rule: MLW101 clean
import nltk
import pandas as pd

reports = pd.read_csv("reports.csv")
reports["words"] = reports["summary"].apply(nltk.word_tokenize)
check, learn = reports[:400], reports[400:]
frequent = list(nltk.FreqDist(learn["words"].sum()))[:1000]


def there(words):
    return {word: word in words for word in frequent}


def samples(table):
    return list(zip(table["words"].apply(there), table["kind"]))


model = nltk.NaiveBayesClassifier.train(samples(learn))
print(nltk.classify.accuracy(model, samples(check)))
