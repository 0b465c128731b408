# rule: MLW101
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

ads = pd.read_csv("ads.csv")
ads["site_freq"] = ads["site"].map(ads["site"].value_counts(normalize=True))  # expect: MLW101
y = ads["clicked"]
X = ads[["hour", "site_freq", "device_os"]].astype({"device_os": "category"})
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=4)
gbm = LGBMClassifier(random_state=4).fit(X_train, y_train)
print(roc_auc_score(y_test, gbm.predict_proba(X_test)[:, 1]))
