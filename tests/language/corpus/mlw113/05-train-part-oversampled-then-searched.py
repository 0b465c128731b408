# rule: MLW113
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split

df = pd.read_csv("churners.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="left"), df["left"], stratify=df["left"], random_state=0)
X_big, y_big = RandomOverSampler(random_state=0).fit_resample(X_train, y_train)
search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1]}, scoring="f1", cv=5)
search.fit(X_big, y_big)  # expect: MLW113
print(search.score(X_test, y_test))
