# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def scaled(train, test):
    tool = StandardScaler().fit(train)
    return tool.transform(train), tool.transform(test)


frame = pd.read_csv("students.csv")
y = frame.pop("passed")
X_train, X_test, y_train, y_test = train_test_split(frame, y, test_size=0.2, random_state=1)
X_train, X_test = scaled(X_train, X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
