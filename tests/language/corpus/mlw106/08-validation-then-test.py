# rule: MLW106 clean
import pandas as pd
from sklearn.linear_model import Lasso
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("diabetes.csv")
X_rest, X_test, y_rest, y_test = train_test_split(df.drop(columns="level"), df["level"], random_state=2)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, random_state=2)
model = Lasso(alpha=0.1).fit(X_train, y_train)
print("validation", mean_squared_error(y_val, model.predict(X_val)))
print("test", mean_squared_error(y_test, model.predict(X_test)))
