# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import mutual_info_classif
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair"), df["repair"]
table = pd.DataFrame({"column": X.columns, "tells": mutual_info_classif(X, y, random_state=0)})  # expect: MLW101
kept = table[table["tells"] > 0.01]["column"].tolist()
X_train, X_test, y_train, y_test = train_test_split(X[kept], y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
