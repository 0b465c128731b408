# rule: MLW106 clean
import pandas as pd
from lazypredict.Supervised import LazyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

crops = pd.read_csv("crops.csv")
rest, last = train_test_split(crops, test_size=0.2, random_state=3)
learn, check = train_test_split(rest, test_size=0.25, random_state=3)
features = ["rain", "sun", "acid"]
table, _ = LazyRegressor().fit(learn[features], check[features], learn["tons"], check["tons"])
print(table.head())
best = Ridge(alpha=3.0).fit(rest[features], rest["tons"])
print(best.score(last[features], last["tons"]))
