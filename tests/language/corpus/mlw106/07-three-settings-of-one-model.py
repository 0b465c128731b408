# rule: MLW106
import pandas as pd
from sklearn.linear_model import Lasso
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("diabetes.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="level"), df["level"], random_state=2)
a = Lasso(alpha=0.01).fit(X_train, y_train)
b = Lasso(alpha=0.1).fit(X_train, y_train)
c = Lasso(alpha=1.0).fit(X_train, y_train)
print(mean_squared_error(y_test, a.predict(X_test)))
print(mean_squared_error(y_test, b.predict(X_test)))  # expect: MLW106
print(mean_squared_error(y_test, c.predict(X_test)))  # expect: MLW106
