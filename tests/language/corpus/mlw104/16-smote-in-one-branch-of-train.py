# rule: MLW104 clean
import sys

import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import TomekLinks
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("claims.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="fraud"), df["fraud"], random_state=0)
method = sys.argv[1]
if method == "tomek":
    X_train, y_train = TomekLinks().fit_resample(X_train, y_train)
elif method == "smote":
    X_train, y_train = SMOTE(random_state=0).fit_resample(X_train, y_train)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
