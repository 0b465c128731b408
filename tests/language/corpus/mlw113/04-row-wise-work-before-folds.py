# rule: MLW113 clean
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score, train_test_split

homes = pd.read_csv("homes.csv")
train, test = train_test_split(homes, random_state=2)
X = np.log1p(train[["area", "garden"]])
print(cross_val_score(Ridge(), X, train["price"], cv=5).mean())
model = Ridge().fit(X, train["price"])
print(model.score(np.log1p(test[["area", "garden"]]), test["price"]))
