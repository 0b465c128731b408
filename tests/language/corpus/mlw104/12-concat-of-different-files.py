# rule: MLW104 clean
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.concat([pd.read_csv("alarms_north.csv"), pd.read_csv("alarms_south.csv")], ignore_index=True)
train, test = train_test_split(df, test_size=0.3, random_state=7)
gb = GradientBoostingClassifier(random_state=7).fit(train.drop(columns="real"), train["real"])
print(f1_score(test["real"], gb.predict(test.drop(columns="real"))))
