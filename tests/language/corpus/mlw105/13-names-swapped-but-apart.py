# rule: MLW105 clean
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("zoo.csv")
test_rows, train_rows = train_test_split(df, test_size=0.7, random_state=0)
tree = DecisionTreeClassifier(random_state=0).fit(train_rows.drop(columns="class"), train_rows["class"])
print(tree.score(test_rows.drop(columns="class"), test_rows["class"]))
