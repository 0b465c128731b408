# rule: MLW203 clean
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

df = pd.read_csv("cats.csv")
train, test = train_test_split(df, test_size=0.2, shuffle=False)
nb = GaussianNB().fit(train[["weight", "tail"]], train["sex"])
print(nb.score(test[["weight", "tail"]], test["sex"]))
