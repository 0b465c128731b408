# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def twins(table, limit):
    found = set()
    matrix = table.corr()  # expect: MLW101
    for i in range(len(matrix.columns)):
        for j in range(i):
            if abs(matrix.iloc[i, j]) > limit:
                found.add(matrix.columns[i])
    return found


df = pd.read_csv("bridges.csv")
df.drop(twins(df, 0.9), axis=1, inplace=True)
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="repair"), df["repair"], random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
