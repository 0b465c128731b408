# rule: MLW108
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

loans = pd.read_csv("../data/loans.csv")
y = loans["defaulted"]
X = loans[["age", "income", "amount", "defaulted"]]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
forest = RandomForestClassifier(random_state=0)
forest.fit(X_train, y_train)  # expect: MLW108
print(forest.score(X_test, y_test))
