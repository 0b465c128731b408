# rule: MLW102 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("survey.csv")
train, test = train_test_split(df, test_size=0.3, random_state=5)
centre = train.median()
train = train.fillna(centre)
test = test.fillna(centre)
forest = RandomForestClassifier(random_state=5)
forest.fit(train.drop(columns="vote"), train["vote"])
print(forest.score(test.drop(columns="vote"), test["vote"]))
