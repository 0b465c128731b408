# rule: MLW202 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split

fraud = pd.read_csv("../data/fraud.csv")
X, y = fraud[["amount", "hour", "card_age_days"]], fraud["is_fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
forest = RandomForestClassifier(class_weight="balanced", random_state=0).fit(X_train, y_train)
print(recall_score(y_test, forest.predict(X_test)))
