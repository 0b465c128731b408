# rule: MLW104 clean
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split

cards = pd.read_csv("cards.csv")
X, y = cards.drop(columns="fraud"), cards["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
X_train, y_train = SMOTE(random_state=0).fit_resample(X_train, y_train)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(recall_score(y_test, forest.predict(X_test)))
