# rule: MLW102
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("survey.csv")
train, test = train_test_split(df, test_size=0.3, random_state=5)
train = train.fillna(train.median())
test = test.fillna(test.median())  # expect: MLW102
forest = RandomForestClassifier(random_state=5)
forest.fit(train.drop(columns="vote"), train["vote"])
print(forest.score(test.drop(columns="vote"), test["vote"]))
