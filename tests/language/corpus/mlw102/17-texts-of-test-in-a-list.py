# rule: MLW102
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
train_texts, test_texts = [], []
for text in train["text"]:
    train_texts.append(text.lower())
for text in test["text"]:
    test_texts.append(text.lower())

words = CountVectorizer(max_features=1000)
model = MultinomialNB().fit(words.fit_transform(train_texts), train["label"])
other = CountVectorizer(max_features=1000)
print(model.score(other.fit_transform(test_texts), test["label"]))  # expect: MLW102
