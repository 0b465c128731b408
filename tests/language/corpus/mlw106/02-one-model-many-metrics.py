# rule: MLW106 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix, f1_score, precision_score, recall_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("wines.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="good"), df["good"], random_state=0)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
guess = forest.predict(X_test)
print(f1_score(y_test, guess), precision_score(y_test, guess), recall_score(y_test, guess))
print(confusion_matrix(y_test, guess))
