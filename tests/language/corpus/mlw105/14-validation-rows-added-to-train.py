# rule: MLW105
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pd.read_csv("cement.csv")
train, valid = train_test_split(df, random_state=4)
both = pd.concat([train, valid])
ridge = Ridge().fit(both[["a", "b"]], both["y"])
print(ridge.score(valid[["a", "b"]], valid["y"]))  # expect: MLW105
