# rule: MLW110 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("../data/customers.csv", parse_dates=["signup_date"])
people["signup_month"] = people["signup_date"].dt.month
X = pd.get_dummies(people[["signup_month", "city"]])
X_train, X_test, y_train, y_test = train_test_split(X, people["segment"], random_state=0)
clf = LogisticRegression(max_iter=500).fit(X_train, y_train)
print(clf.score(X_test, y_test))
