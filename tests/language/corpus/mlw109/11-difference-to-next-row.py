# rule: MLW109
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).set_index("date").sort_index()
sales["change"] = sales["price"].diff(-1)  # expect: MLW109
sales["busy"] = (sales["units"] > 40).astype("int8")
sales = sales.dropna()
train, test = sales[:140], sales[140:]
clf = LogisticRegression().fit(train[["change", "promo"]], train["busy"])
print(balanced_accuracy_score(test["busy"], clf.predict(test[["change", "promo"]])))
