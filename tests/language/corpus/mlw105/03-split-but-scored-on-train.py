# rule: MLW105
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("titanic.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["Pclass", "Fare"]], df["Survived"], random_state=0)
clf = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_train, clf.predict(X_train)))  # expect: MLW105
