# rule: MLW106 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.tree import DecisionTreeClassifier

from our_scores import tell_scores

bees = pd.read_csv("hives.csv")
X_train, X_test, y_train, y_test = train_test_split(
    bees.drop(columns="swarmed"), bees["swarmed"], test_size=0.3, random_state=1
)
ways = {
    "line": lambda: LogisticRegression(max_iter=400),
    "tree": lambda: DecisionTreeClassifier(max_depth=4, random_state=1),
}
for name, way in ways.items():
    print(name, cross_val_score(way(), X_train, y_train, scoring="roc_auc").mean())
model = ways["tree"]().fit(X_train, y_train)
tell_scores("tree", model, X_test, y_test)
