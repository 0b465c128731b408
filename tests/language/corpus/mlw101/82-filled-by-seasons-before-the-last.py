# rule: MLW101 clean
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression

matches = pd.read_csv("matches.csv")
newest = matches["season"].max()
past = matches[matches["season"] < newest]
now = matches[matches["season"] == newest]
shots = ["shots_home", "shots_away"]
filler = SimpleImputer(strategy="median").fit(past[shots])

close = past[past["margin"] < 3]
model = LogisticRegression().fit(filler.transform(close[shots]), close["home_wins"])
print(model.score(filler.transform(now[shots]), now["home_wins"]))
