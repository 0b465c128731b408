# rule: MLW102
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("turbines.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="fault"), df["fault"], random_state=1)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.fit_transform(X_test)  # expect: MLW102
clf = LogisticRegression(max_iter=500).fit(X_train, y_train)
print(clf.score(X_test, y_test))
