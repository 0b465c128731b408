# rule: MLW102 clean
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

x_learn, y_learn = np.load("x_learn.npy"), np.load("y_learn.npy")
x_check, y_check = np.load("x_check.npy"), np.load("y_check.npy")
gaps_learn, gaps_check = np.zeros(len(x_learn)), np.zeros(x_check.shape[0])
for row in range(len(x_learn)):
    gaps_learn[row] = np.sum(x_learn[row, :] == -1)
for row in range(len(x_check)):
    gaps_check[row] = np.sum(x_check[row, :] == -1)
most = np.max(gaps_learn)
gaps_learn, gaps_check = gaps_learn / most, gaps_check / most
model = RandomForestClassifier(random_state=0).fit(np.column_stack([x_learn, gaps_learn]), y_learn)
print(roc_auc_score(y_check, model.predict_proba(np.column_stack([x_check, gaps_check]))[:, 1]))
