# rule: MLW101
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

reviews = pd.read_csv("reviews.csv")
vec = TfidfVectorizer(min_df=3, stop_words="english")
X = vec.fit_transform(reviews["text"])  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(X, reviews["stars"], test_size=0.2, random_state=5)
nb = MultinomialNB()
nb.fit(X_train, y_train)
print(nb.score(X_test, y_test))
