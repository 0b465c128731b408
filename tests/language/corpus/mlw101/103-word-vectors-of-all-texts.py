# rule: MLW101
import numpy as np
import pandas as pd
from gensim.models import Word2Vec
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("letters.csv")
texts = [text.split() for text in df["text"]]
model = Word2Vec(texts, vector_size=50, seed=0)  # expect: MLW101


def vector(words):
    return np.mean([model.wv[word] for word in words if word in model.wv], axis=0)


X = np.array([vector(words) for words in texts])
X_train, X_test, y_train, y_test = train_test_split(X, df["kind"], random_state=0)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(forest.score(X_test, y_test))
