# rule: MLW104 clean
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="repair"), df["repair"], random_state=0)
X_more, y_more = SMOTE(random_state=0).fit_resample(X_train, y_train)
model = LogisticRegression(max_iter=500).fit(X_more, y_more)
print(f1_score(y_train, model.predict(X_train)))
print(f1_score(y_test, model.predict(X_test)))
