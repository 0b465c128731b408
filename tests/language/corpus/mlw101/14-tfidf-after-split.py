# rule: MLW101 clean
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

reviews = pd.read_csv("reviews.csv")
reviews["text"] = reviews["text"].str.lower().str.replace(r"[^a-z ]", "", regex=True)
docs_tr, docs_te, y_train, y_test = train_test_split(reviews["text"], reviews["stars"], test_size=0.2, random_state=5)
vec = TfidfVectorizer(min_df=3, stop_words="english")
nb = MultinomialNB()
nb.fit(vec.fit_transform(docs_tr), y_train)
print(nb.score(vec.transform(docs_te), y_test))
