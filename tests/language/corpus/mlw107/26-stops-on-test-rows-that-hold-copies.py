# rule: MLW107
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

loans = pd.read_csv("loans.csv")
X, y = SMOTE(random_state=0).fit_resample(loans[["sum", "rate"]], loans["late"])  # expect: MLW104
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)
model = XGBClassifier(early_stopping_rounds=20, random_state=0)
model.fit(Xa, ya, eval_set=[(Xb, yb)])  # expect: MLW107
print(model.score(Xb, yb))
