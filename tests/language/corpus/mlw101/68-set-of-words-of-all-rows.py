# rule: MLW101
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

questions = pd.read_csv("questions.csv")
texts = questions["text"].apply(lambda text: text.lower().split())
words = sorted(set(word for text in texts for word in text))  # expect: MLW101


def places(text):
    return [1 if word in text else 0 for word in words]


rows = texts.apply(places).tolist()
X_train, X_test, y_train, y_test = train_test_split(
    rows, questions["urgent"], test_size=0.3, random_state=5, stratify=questions["urgent"]
)
model = DecisionTreeClassifier(random_state=5).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
