# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("bridges.csv")
y = df["repair"]
X = StandardScaler().fit_transform(df.drop(columns="repair"))  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X, y)
print(model.score(X_test, y_test))  # expect: MLW105
