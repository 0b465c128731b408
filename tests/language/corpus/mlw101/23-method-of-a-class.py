# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split


class Experiment:
    def __init__(self, path):
        self.frame = pd.read_csv(path)

    def clean(self):
        self.y = self.frame["risk"]
        self.X = SimpleImputer(strategy="median").fit_transform(self.frame.drop(columns="risk"))  # expect: MLW101

    def run(self):
        X_train, X_test, y_train, y_test = train_test_split(self.X, self.y, random_state=2)
        forest = RandomForestClassifier(random_state=2)
        forest.fit(X_train, y_train)
        return forest.score(X_test, y_test)


job = Experiment("patients.csv")
job.clean()
print(job.run())
