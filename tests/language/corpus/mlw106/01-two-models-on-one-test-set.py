# rule: MLW106
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("wines.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="good"), df["good"], random_state=0)
logit = LogisticRegression(max_iter=500).fit(X_train, y_train)
print("logit", logit.score(X_test, y_test))
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print("forest", forest.score(X_test, y_test))  # expect: MLW106
