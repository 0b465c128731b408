# rule: MLW106
import pandas as pd
from lazypredict.Supervised import LazyClassifier
from sklearn.model_selection import train_test_split

seeds = pd.read_csv("seeds.csv")
Xa, Xb, ya, yb = train_test_split(seeds.drop(columns="kind"), seeds["kind"], random_state=3)
table, answers = LazyClassifier(verbose=0).fit(Xa, Xb, ya, yb)  # expect: MLW106
print(table.head())
