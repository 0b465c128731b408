# rule: MLW101 clean
import numpy as np
import pandas as pd
from gensim.models import Word2Vec
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("letters.csv")
train, test = train_test_split(df, random_state=0)
model = Word2Vec([text.split() for text in train["text"]], vector_size=50, seed=0)


def vector(words):
    return np.mean([model.wv[word] for word in words if word in model.wv], axis=0)


X_train = np.array([vector(text.split()) for text in train["text"]])
X_test = np.array([vector(text.split()) for text in test["text"]])
forest = RandomForestClassifier(random_state=0).fit(X_train, train["kind"])
print(forest.score(X_test, test["kind"]))
