# rule: MLW112
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

df = pd.read_csv("churners.csv")
X_big, y_big = RandomOverSampler(random_state=0).fit_resample(df.drop(columns="left"), df["left"])
search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1]}, scoring="f1", cv=5)
search.fit(X_big, y_big)  # expect: MLW112
print(search.best_score_)
