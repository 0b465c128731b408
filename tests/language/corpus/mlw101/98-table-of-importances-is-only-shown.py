# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair"), df["repair"]
forest = ExtraTreesClassifier(random_state=0).fit(X, y)
table = pd.DataFrame({"column": X.columns, "importance": forest.feature_importances_})
print(table.sort_values("importance", ascending=False).head(10))
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
