# rule: MLW106 clean
import pandas as pd
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import SGDRegressor
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

mails = pd.read_csv("phish.csv")
Xa, Xb, ya, yb = train_test_split(mails.drop(columns="bad"), mails["bad"], random_state=0)
clf = AdaBoostClassifier(random_state=0).fit(Xa, ya)
print(f1_score(yb, clf.predict(Xb)))

pages = pd.read_csv("visits_per_page.csv")
Pa, Pb, va, vb = train_test_split(pages.drop(columns="n"), pages["n"], random_state=0)
reg = SGDRegressor(random_state=0).fit(Pa, va)
print(reg.score(Pb, vb))
