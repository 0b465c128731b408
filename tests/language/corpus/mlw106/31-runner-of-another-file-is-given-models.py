# rule: MLW106
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from our_runs import run

bees = pd.read_csv("hives.csv")
X_train, X_test, y_train, y_test = train_test_split(
    bees.drop(columns="swarmed"), bees["swarmed"], test_size=0.3, random_state=1
)
run(LogisticRegression(max_iter=400), X_train, y_train, X_test, y_test)
run(DecisionTreeClassifier(max_depth=4, random_state=1), X_train, y_train, X_test, y_test)  # expect: MLW106
