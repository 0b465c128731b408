# rule: MLW101
import pandas as pd
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

genes = pd.read_csv("expression.csv", index_col=0)
status = genes.pop("status")
picker = SelectKBest(f_classif, k=25)
top = picker.fit_transform(genes, status)  # expect: MLW101
X_tr, X_te, y_tr, y_te = train_test_split(top, status, stratify=status, random_state=11)
lr = LogisticRegression(C=0.1, max_iter=500).fit(X_tr, y_tr)
print(roc_auc_score(y_te, lr.predict_proba(X_te)[:, 1]))
