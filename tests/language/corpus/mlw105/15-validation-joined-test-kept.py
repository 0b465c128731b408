# rule: MLW105 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pd.read_csv("cement.csv")
rest, test = train_test_split(df, test_size=0.2, random_state=4)
train, valid = train_test_split(rest, test_size=0.2, random_state=4)
best = max((0.1, 1, 10), key=lambda a: Ridge(alpha=a).fit(train[["a", "b"]], train["y"]).score(valid[["a", "b"]], valid["y"]))
both = pd.concat([train, valid])
ridge = Ridge(alpha=best).fit(both[["a", "b"]], both["y"])
print(ridge.score(test[["a", "b"]], test["y"]))
