# rule: MLW109 clean
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.linear_model import Ridge

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
plt.plot(sales["date"], sales["units"].rolling(7, center=True).mean())
plt.scatter(sales["units"], sales["units"].shift(-1))
plt.show()
train, test = sales.iloc[:140], sales.iloc[140:]
ridge = Ridge().fit(train[["price", "promo"]], train["units"])
print(ridge.score(test[["price", "promo"]], test["units"]))
