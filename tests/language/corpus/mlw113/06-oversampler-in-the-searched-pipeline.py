# rule: MLW113 clean
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split

df = pd.read_csv("churners.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="left"), df["left"], stratify=df["left"], random_state=0)
flow = make_pipeline(RandomOverSampler(random_state=0), LogisticRegression(max_iter=500))
search = GridSearchCV(flow, {"logisticregression__C": [0.1, 1]}, scoring="f1", cv=5)
search.fit(X_train, y_train)
print(search.score(X_test, y_test))
