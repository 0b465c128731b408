# rule: MLW207 clean
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder
from sklearn.svm import SVC

loans = pd.read_csv("../data/loans.csv")
X = loans[["age", "income", "purpose"]]
Xa, Xb, ya, yb = train_test_split(X, loans["defaulted"], random_state=0)
prep = ColumnTransformer([
    ("num", MinMaxScaler(), ["age", "income"]),
    ("cat", OneHotEncoder(handle_unknown="ignore"), ["purpose"]),
])
flow = Pipeline([("prep", prep), ("svc", SVC())])
flow.fit(Xa, ya)
print(flow.score(Xb, yb))
