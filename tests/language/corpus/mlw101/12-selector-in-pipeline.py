# rule: MLW101 clean
import pandas as pd
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline

genes = pd.read_csv("expression.csv", index_col=0)
status = genes.pop("status")
X_tr, X_te, y_tr, y_te = train_test_split(genes, status, stratify=status, random_state=11)
steps = Pipeline([("top", SelectKBest(f_classif, k=25)), ("lr", LogisticRegression(C=0.1, max_iter=500))])
steps.fit(X_tr, y_tr)
print(roc_auc_score(y_te, steps.predict_proba(X_te)[:, 1]))
