# rule: MLW107 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import auc, roc_curve
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
model = LogisticRegression(max_iter=500).fit(X_train, y_train)
scores = model.predict_proba(X_test)
for place, kind in enumerate(model.classes_):
    false_rate, true_rate, _ = roc_curve(y_test == kind, scores[:, place])
    print(kind, auc(false_rate, true_rate))
