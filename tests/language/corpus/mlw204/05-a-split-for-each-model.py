# rule: MLW204
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("ponds.csv")
X, y = df.drop(columns="frogs"), df["frogs"]
for seed, model in enumerate([RandomForestClassifier(random_state=0), ExtraTreesClassifier(random_state=0)]):
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)  # expect: MLW204
    print(type(model).__name__, model.fit(X_train, y_train).score(X_test, y_test))
