# rule: MLW106
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from our_scores import tell_scores

bees = pd.read_csv("hives.csv")
X_train, X_test, y_train, y_test = train_test_split(
    bees.drop(columns="swarmed"), bees["swarmed"], test_size=0.3, random_state=1
)
ways = {
    "line": lambda: LogisticRegression(max_iter=400).fit(X_train, y_train),
    "tree": lambda: DecisionTreeClassifier(max_depth=4, random_state=1).fit(X_train, y_train),
}
for name, way in ways.items():
    tell_scores(name, way(), X_test, y_test)  # expect: MLW106
