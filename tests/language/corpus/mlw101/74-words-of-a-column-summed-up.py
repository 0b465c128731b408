# rule: MLW101
import nltk
import pandas as pd

reports = pd.read_csv("reports.csv")
reports["words"] = reports["summary"].apply(nltk.word_tokenize)
frequent = list(nltk.FreqDist(reports["words"].sum()))[:1000]  # expect: MLW101


def there(words):
    return {word: word in words for word in frequent}


reports["there"] = reports["words"].apply(there)
samples = reports[["there", "kind"]].to_numpy()
model = nltk.NaiveBayesClassifier.train(samples[400:])
print(nltk.classify.accuracy(model, samples[:400]))
