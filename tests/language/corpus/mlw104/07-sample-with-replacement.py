# rule: MLW104
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor

df = pd.read_csv("tides.csv")
df = df.sample(n=5000, replace=True, random_state=2)  # expect: MLW104
train, test = train_test_split(df, random_state=2)
tree = DecisionTreeRegressor(random_state=2).fit(train[["moon", "wind"]], train["height"])
print(tree.score(test[["moon", "wind"]], test["height"]))
