# rule: MLW201 clean
import joblib
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

frame = pd.read_csv("labels.csv")
search = GridSearchCV(Ridge(), {"alpha": [0.1, 1, 10]}, cv=5)
search.fit(frame[["a", "b"]], frame["label"])
print("cross-validated", search.best_score_)
joblib.dump(search.best_estimator_, "ridge.joblib")
