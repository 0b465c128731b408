# rule: MLW101 clean
import nltk
import numpy as np
import pandas as pd
from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline


def pairs_of(texts):
    words = []
    for text in texts:
        words.extend(nltk.word_tokenize(text.lower()))
    finder = BigramCollocationFinder.from_words(words)
    return finder.nbest(BigramAssocMeasures.pmi, 60)


class PairCounts(BaseEstimator, TransformerMixin):
    def __init__(self, pairs=None):
        self.pairs = pairs or []

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.array([[text.count(" ".join(pair)) for pair in self.pairs] for text in X])


notes = pd.read_csv("nurse_notes.csv")
X_train, X_test, y_train, y_test = train_test_split(
    notes["note"], notes["fell"], test_size=0.2, random_state=6, stratify=notes["fell"]
)
pairs = pairs_of(X_train.tolist())
model = Pipeline([("pairs", PairCounts(pairs=pairs)), ("line", LogisticRegression(max_iter=500))])
model.fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
