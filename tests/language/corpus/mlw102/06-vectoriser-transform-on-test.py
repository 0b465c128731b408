# rule: MLW102 clean
from sklearn.datasets import fetch_20newsgroups
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

train = fetch_20newsgroups(subset="train")
test = fetch_20newsgroups(subset="test")
words = CountVectorizer(max_features=5000)
nb = MultinomialNB().fit(words.fit_transform(train.data), train.target)
print(nb.score(words.transform(test.data), test.target))
