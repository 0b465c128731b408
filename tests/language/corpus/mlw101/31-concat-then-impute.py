# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

train = pd.read_csv("input/train.csv")
n = len(train)
extra = pd.read_csv("input/test.csv")
both = pd.concat([train.drop(columns="Survived"), extra], ignore_index=True)
both["Age"] = both["Age"].fillna(both["Age"].mean())  # expect: MLW101
both = pd.get_dummies(both[["Age", "Sex", "Pclass"]])

X, y = both[:n], train["Survived"]
X_tr, X_va, y_tr, y_va = train_test_split(X, y, test_size=0.2, random_state=0)
rf = RandomForestClassifier(random_state=0).fit(X_tr, y_tr)
print(rf.score(X_va, y_va))
