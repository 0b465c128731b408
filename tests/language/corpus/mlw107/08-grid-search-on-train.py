# rule: MLW107 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split

df = pd.read_csv("votes.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="party"), df["party"], random_state=0)
search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1, 10]}, cv=5)
search.fit(X_train, y_train)
best = LogisticRegression(max_iter=500, **search.best_params_).fit(X_train, y_train)
print(best.score(X_test, y_test))
