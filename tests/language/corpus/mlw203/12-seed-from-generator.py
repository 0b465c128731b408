# rule: MLW203 clean
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import ExtraTreeRegressor

rng = np.random.RandomState(8)
df = pd.read_csv("rocks.csv")
a, b = train_test_split(df, random_state=rng)
tree = ExtraTreeRegressor(max_depth=4, random_state=rng).fit(a[["x"]], a["y"])
print(tree.score(b[["x"]], b["y"]))
