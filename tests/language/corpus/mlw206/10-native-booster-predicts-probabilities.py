# rule: MLW206 clean
import numpy as np
import xgboost as xgb
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

X, y = np.load("x.npy"), np.load("y.npy")
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
booster = xgb.train({"objective": "binary:logistic", "seed": 0}, xgb.DMatrix(Xa, ya), 200)
print(roc_auc_score(yb, booster.predict(xgb.DMatrix(Xb))))
