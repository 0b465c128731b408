# rule: MLW206
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

df = pd.read_csv("clicks.csv")
train, test = train_test_split(df, random_state=0)
forest = RandomForestClassifier(random_state=0).fit(train[["age"]], train["click"])
print(log_loss(test["click"], forest.predict(test[["age"]])))  # expect: MLW206
