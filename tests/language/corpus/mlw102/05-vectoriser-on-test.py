# rule: MLW102
from sklearn.datasets import fetch_20newsgroups
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

train = fetch_20newsgroups(subset="train")
test = fetch_20newsgroups(subset="test")
words = CountVectorizer(max_features=5000)
nb = MultinomialNB().fit(words.fit_transform(train.data), train.target)
seen = words.fit_transform(test.data)  # expect: MLW102
print(nb.score(seen, test.target))
