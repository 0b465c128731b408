# rule: MLW107 clean
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

df = pd.read_csv("leads.csv")
X_rest, X_test, y_rest, y_test = train_test_split(df.drop(columns="won"), df["won"], random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, random_state=0)
model = XGBClassifier(n_estimators=2000, early_stopping_rounds=30, random_state=0)
model.fit(X_train, y_train, eval_set=[(X_val, y_val)], verbose=False)
print(roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
