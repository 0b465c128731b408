# rule: MLW101
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

vectorizer = CountVectorizer(max_features=2000)
counts = vectorizer.fit_transform(texts).toarray()  # expect: MLW101
topic = letters["topic"].values
X_train, X_test, y_train, y_test = train_test_split(counts, topic, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500).fit(X_train, y_train)
print(model.score(X_test, y_test))
