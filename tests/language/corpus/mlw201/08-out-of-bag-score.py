# rule: MLW201 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

bees = pd.read_csv("bees.csv")
forest = RandomForestClassifier(n_estimators=500, oob_score=True, random_state=0)
forest.fit(bees.drop(columns="alive"), bees["alive"])
print("out of bag", forest.oob_score_)
