# rule: MLW106
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair").values, df["repair"].values
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
few = [0, 3, 5]
model = RandomForestClassifier(random_state=0)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
model.fit(X_train[:, few], y_train)
print(model.score(X_test[:, few], y_test))  # expect: MLW106
