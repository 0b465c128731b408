# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline


class Experiment:
    def __init__(self, path):
        self.frame = pd.read_csv(path)
        self.model = make_pipeline(SimpleImputer(strategy="median"), RandomForestClassifier(random_state=2))

    def run(self):
        y = self.frame["risk"]
        X = self.frame.drop(columns="risk")
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=2)
        self.model.fit(X_train, y_train)
        return self.model.score(X_test, y_test)


print(Experiment("patients.csv").run())
