# rule: MLW101
import pandas as pd
from gensim.models.doc2vec import Doc2Vec, TaggedDocument
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("letters.csv")
documents = [TaggedDocument(words=text.split(), tags=[i]) for i, text in enumerate(df["text"])]
model = Doc2Vec(vector_size=50, seed=0)
model.build_vocab(documents)  # expect: MLW101
model.train(documents, total_examples=model.corpus_count, epochs=20)  # expect: MLW101
X = [model.infer_vector(text.split()) for text in df["text"]]
X_train, X_test, y_train, y_test = train_test_split(X, df["kind"], random_state=0)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(forest.score(X_test, y_test))
