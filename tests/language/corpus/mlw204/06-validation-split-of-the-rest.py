# rule: MLW204 clean
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("ponds.csv")
rest, test = train_test_split(df, test_size=0.2, random_state=0)
train, val = train_test_split(rest, test_size=0.25, random_state=1)
cols = [c for c in df.columns if c != "frogs"]
models = [RandomForestClassifier(random_state=0), ExtraTreesClassifier(random_state=0)]
best = max(models, key=lambda m: m.fit(train[cols], train["frogs"]).score(val[cols], val["frogs"]))
print(best.score(test[cols], test["frogs"]))
