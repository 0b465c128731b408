# rule: MLW105
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("zoo.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="class"), df["class"], random_state=0)
X_test, y_test = X_train, y_train
tree = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
print(tree.score(X_test, y_test))  # expect: MLW105
