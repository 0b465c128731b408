# rule: MLW104 clean
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor

df = pd.read_csv("plants.csv")
df = df.sample(frac=1, random_state=2).reset_index(drop=True)
train, test = train_test_split(df, random_state=2)
tree = DecisionTreeRegressor(random_state=2).fit(train[["light", "water"]], train["height"])
print(tree.score(test[["light", "water"]], test["height"]))
