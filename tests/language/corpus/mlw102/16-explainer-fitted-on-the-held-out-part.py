# rule: MLW102 clean
import pandas as pd
from eli5.sklearn import PermutationImportance
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split

df = pd.read_csv("passengers.csv")
X_train, X_val, y_train, y_val = train_test_split(df[["age", "fare"]], df["saved"], random_state=0)
imputer = SimpleImputer()
X_train = imputer.fit_transform(X_train)
X_val = imputer.transform(X_val)
forest = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(forest.score(X_val, y_val))
importance = PermutationImportance(forest, random_state=1).fit(X_val, y_val)
