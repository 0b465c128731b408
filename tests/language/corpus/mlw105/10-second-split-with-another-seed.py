# rule: MLW105
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("birds.csv")
train, _ = train_test_split(df, test_size=0.2, random_state=0)
_, test = train_test_split(df, test_size=0.2, random_state=1)
rf = RandomForestClassifier(random_state=0).fit(train.drop(columns="kind"), train["kind"])
print(rf.score(test.drop(columns="kind"), test["kind"]))  # expect: MLW105
