# rule: MLW113
import pandas as pd
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

df = pd.read_csv("signals.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kind"), df["kind"], random_state=0)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
search = RandomizedSearchCV(SVC(), {"C": [1, 10, 100], "gamma": [0.01, 0.1]}, n_iter=4, random_state=0)
search.fit(X_train, y_train)  # expect: MLW113
print(search.score(X_test, y_test))
