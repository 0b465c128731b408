# rule: MLW101
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def prepare(frame, label):
    y = frame[label]
    X = StandardScaler().fit_transform(frame.drop(columns=label))  # expect: MLW101
    return train_test_split(X, y, test_size=0.2, random_state=1)


X_train, X_test, y_train, y_test = prepare(pd.read_csv("students.csv"), "passed")
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
