# rule: MLW101
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale

match = pd.read_csv("matches.csv")
nums = ["shots", "corners", "fouls"]
match[nums] = scale(match[nums])  # expect: MLW101
past = match[match["season"] < 2022]
recent = match[match["season"] >= 2022]
clf = LogisticRegression().fit(past[nums], past["home_win"])
print(clf.score(recent[nums], recent["home_win"]))
