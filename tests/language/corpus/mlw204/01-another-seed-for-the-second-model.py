# rule: MLW204
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pd.read_csv("rivers.csv")
X, y = df[["rain", "slope"]], df["flow"]
Xa, Xb, ya, yb = train_test_split(X, y, random_state=1)
ridge = Ridge().fit(Xa, ya).score(Xb, yb)
Xc, Xd, yc, yd = train_test_split(X, y, random_state=2)  # expect: MLW204
forest = RandomForestRegressor(random_state=0).fit(Xc, yc).score(Xd, yd)
print("forest is better" if forest > ridge else "ridge is better")
