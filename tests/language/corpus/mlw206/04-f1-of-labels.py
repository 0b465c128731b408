# rule: MLW206 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import train_test_split

df = pd.read_csv("clicks.csv")
train, test = train_test_split(df, random_state=0)
forest = RandomForestClassifier(random_state=0).fit(train[["age"]], train["click"])
print(f1_score(test["click"], forest.predict(test[["age"]])))
print(log_loss(test["click"], forest.predict_proba(test[["age"]])))
