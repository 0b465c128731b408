# rule: MLW106 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split

df = pd.read_csv("hearts.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="sick"), df["sick"], random_state=0)
forest = RandomForestClassifier(random_state=0)
print("forest", cross_val_score(forest, X_train, y_train, cv=5).mean())
linear = LogisticRegression(max_iter=500)
print("linear", cross_val_score(linear, X_train, y_train, cv=5).mean())
print("chosen", forest.fit(X_train, y_train).score(X_test, y_test))
