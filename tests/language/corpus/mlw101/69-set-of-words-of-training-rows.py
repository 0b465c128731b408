# rule: MLW101 clean
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

questions = pd.read_csv("questions.csv")
print(sorted(set(questions["urgent"])))
texts = questions["text"].apply(lambda text: text.lower().split())
train, test, y_train, y_test = train_test_split(
    texts, questions["urgent"], test_size=0.3, random_state=5, stratify=questions["urgent"]
)
words = sorted(set(word for text in train for word in text))


def places(text):
    return [1 if word in text else 0 for word in words]


model = DecisionTreeClassifier(random_state=5).fit(train.apply(places).tolist(), y_train)
print(f1_score(y_test, model.predict(test.apply(places).tolist())))
