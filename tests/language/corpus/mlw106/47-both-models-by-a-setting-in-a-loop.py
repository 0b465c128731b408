# rule: MLW106
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

df = pd.read_csv("bridges.csv")
X, y = df.drop(columns="repair"), df["repair"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
for is_linear in [True, False]:
    if is_linear:
        model = LogisticRegression(max_iter=500).fit(X_train, y_train)
        print(f1_score(y_test, model.predict(X_test)))
    else:
        model = GaussianNB().fit(X_train, y_train)
        print(f1_score(y_test, model.predict(X_test)))  # expect: MLW106
