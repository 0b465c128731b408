# rule: MLW101 clean
import re

import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

letters = pd.read_csv("letters_to_the_editor.csv")
texts = []
for number in range(len(letters)):
    words = re.sub("[^a-z]", " ", letters["body"][number].lower()).split()
    texts.append(" ".join(word for word in words if len(word) > 2))

texts_train, texts_test, y_train, y_test = train_test_split(
    texts, letters["topic"].values, test_size=0.25, random_state=3
)
vectorizer = CountVectorizer(max_features=2000)
counts = vectorizer.fit_transform(texts_train)
model = LogisticRegression(max_iter=500).fit(counts, y_train)
print(model.score(vectorizer.transform(texts_test), y_test))
