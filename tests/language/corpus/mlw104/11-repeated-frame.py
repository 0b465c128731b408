# rule: MLW104
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("alarms.csv")
rare = df[df["real"] == 1]
df = pd.concat([df] + [rare] * 9, ignore_index=True)  # expect: MLW104
train, test = train_test_split(df, test_size=0.3, random_state=7)
gb = GradientBoostingClassifier(random_state=7).fit(train.drop(columns="real"), train["real"])
print(f1_score(test["real"], gb.predict(test.drop(columns="real"))))
