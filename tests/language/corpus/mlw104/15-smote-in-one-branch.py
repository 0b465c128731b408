# rule: MLW104
import sys

import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import TomekLinks
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("claims.csv")
X, y = df.drop(columns="fraud"), df["fraud"]
method = sys.argv[1]
if method == "tomek":
    X, y = TomekLinks().fit_resample(X, y)
elif method == "smote":
    X, y = SMOTE(random_state=0).fit_resample(X, y)  # expect: MLW104
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
