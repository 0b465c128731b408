# rule: MLW106 clean
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from our_runs import run, show

bees = pd.read_csv("hives.csv")
X_train, X_test, y_train, y_test = train_test_split(
    bees.drop(columns="swarmed"), bees["swarmed"], test_size=0.3, random_state=1
)
model = LogisticRegression(max_iter=400)
run(model, X_train, y_train, X_test, y_test)
show(model, X_train, y_train)
