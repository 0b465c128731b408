# rule: MLW101 clean
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

table = pd.read_parquet("sensors.parquet")
target = table["state"]
inputs = table.drop("state", axis=1).fillna(-1)
inputs["logload"] = inputs["load"].clip(lower=0) + 1
Xtr, Xte, ytr, yte = train_test_split(inputs, target, test_size=0.3, random_state=0)
tree = DecisionTreeClassifier(max_depth=5, random_state=0)
tree.fit(Xtr, ytr)
print("accuracy", tree.score(Xte, yte))
