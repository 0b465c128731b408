# rule: MLW105
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("credit.csv")
train = df.sample(frac=0.8, random_state=1)
test = df.sample(frac=0.2, random_state=2)
clf = LogisticRegression(max_iter=500).fit(train[["income", "debt"]], train["ok"])
print(clf.score(test[["income", "debt"]], test["ok"]))  # expect: MLW105
