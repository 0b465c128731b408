# rule: MLW203
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import ExtraTreeRegressor

df = pd.read_csv("rocks.csv")
a, b = train_test_split(df, random_state=None)  # expect: MLW203
tree = ExtraTreeRegressor(max_depth=4, random_state=1).fit(a[["x"]], a["y"])
print(tree.score(b[["x"]], b["y"]))
