# rule: MLW102
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("survey.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="vote"), df["vote"], random_state=5)
parts = []
for part in (X_train, X_test):
    parts.append(SimpleImputer(strategy="median").fit_transform(part))  # expect: MLW102
tree = DecisionTreeClassifier(random_state=5).fit(parts[0], y_train)
print(tree.score(parts[1], y_test))
