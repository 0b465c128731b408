# rule: MLW101 clean
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

df = pd.read_csv("bank.csv")
numbers = ["age", "balance"]
words = ["job", "marital"]
prep = ColumnTransformer([
    ("num", Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]), numbers),
    ("cat", OneHotEncoder(handle_unknown="ignore"), words),
])
model = Pipeline([("prep", prep), ("clf", LogisticRegression(max_iter=1000))])
X_train, X_test, y_train, y_test = train_test_split(df[numbers + words], df["y"], random_state=0)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
