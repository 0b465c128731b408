# rule: MLW101
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

table = pd.read_parquet("sensors.parquet")
target = table["state"]
inputs = table.drop("state", axis=1)
filled = pd.DataFrame(SimpleImputer(strategy="mean").fit_transform(inputs), columns=inputs.columns)  # expect: MLW101
Xtr, Xte, ytr, yte = train_test_split(filled, target, test_size=0.3, random_state=0)
tree = DecisionTreeClassifier(max_depth=5, random_state=0)
tree.fit(Xtr, ytr)
print("accuracy", tree.score(Xte, yte))
