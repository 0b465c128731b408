# rule: MLW201
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier

survey = pd.read_csv("survey.csv")
X = survey.drop(columns="buys")
trees = ExtraTreesClassifier(random_state=0).fit(X, survey["buys"])  # expect: MLW201
ranking = pd.Series(trees.feature_importances_, index=X.columns).sort_values(ascending=False)
print("what makes people buy:", ranking.head(10))
