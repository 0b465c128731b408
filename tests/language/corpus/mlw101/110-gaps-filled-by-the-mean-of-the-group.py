# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

df = pd.read_csv("sales.csv")
df["price"] = df.groupby("shop")["price"].transform(lambda price: price.fillna(price.mean()))  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(df[["price"]], df["sold"], random_state=0)
model = RandomForestRegressor(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
