# rule: MLW108 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

loans = pd.read_csv("../data/loans.csv")
y = loans["defaulted"]
X = loans[["age", "income", "amount"]]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
forest = RandomForestClassifier(random_state=0)
forest.fit(X_train, y_train)
print(forest.score(X_test, y_test))
