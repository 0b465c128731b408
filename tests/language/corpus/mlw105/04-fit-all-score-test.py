# rule: MLW105
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split

df = pd.read_csv("concrete.csv")
X, y = df.drop(columns="strength"), df["strength"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=9)
gb = GradientBoostingRegressor(random_state=9)
gb.fit(X, y)
print(gb.score(X_test, y_test))  # expect: MLW105
