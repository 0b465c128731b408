# rule: MLW113
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split

letters = pd.read_csv("letters.csv")
texts, held_texts, topics, held_topics = train_test_split(letters["text"], letters["topic"], random_state=4)
words = TfidfVectorizer(min_df=2)
X = words.fit_transform(texts)
print(cross_val_score(LogisticRegression(max_iter=500), X, topics, cv=5).mean())  # expect: MLW113
model = LogisticRegression(max_iter=500).fit(X, topics)
print(model.score(words.transform(held_texts), held_topics))
