# rule: MLW104
import json

from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

vectors, labels = [], []
with open("vectors.jsonl") as lines:
    for line in lines:
        record = json.loads(line)
        vectors.append(record["vector"])
        labels.append(record["label"])
X, y = SMOTE(random_state=0).fit_resample(vectors, labels)  # expect: MLW104
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test), average="macro"))
