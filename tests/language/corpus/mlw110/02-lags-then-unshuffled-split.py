# rule: MLW110 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["lag"] = sales["units"].shift(1)
sales = sales.dropna()
X_train, X_test, y_train, y_test = train_test_split(sales[["lag", "price"]], sales["units"], shuffle=False)
ridge = Ridge().fit(X_train, y_train)
print(ridge.score(X_test, y_test))
