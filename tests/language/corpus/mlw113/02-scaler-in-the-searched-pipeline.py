# rule: MLW113 clean
import pandas as pd
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

df = pd.read_csv("signals.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
search = GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1, 10, 100]})
search.fit(X_train, y_train)
print(search.score(X_test, y_test))
