# rule: MLW106
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("beats.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
model = RandomForestClassifier(random_state=0)
model.fit(X_train, y_train)
print("as they are", f1_score(y_test, model.predict(X_test), average="macro"))
X_big, y_big = RandomOverSampler(random_state=0).fit_resample(X_train, y_train)
model.fit(X_big, y_big)
print("balanced", f1_score(y_test, model.predict(X_test), average="macro"))  # expect: MLW106
