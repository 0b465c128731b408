# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

calls = pd.read_csv("support_calls.csv")
for column in ["talked", "waited"]:
    calls[column] = (calls[column] - 30) / 60
y = calls["called_again"]
X = calls.drop("called_again", axis=1).as_matrix()
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=9)
model = LogisticRegression(max_iter=300).fit(X_train, y_train)
print(roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
