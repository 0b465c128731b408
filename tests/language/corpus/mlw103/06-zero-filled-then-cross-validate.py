# rule: MLW103 clean
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_validate

df = pd.read_csv("crops.csv")
df = df.fillna(0)
df["acres"] = df["hectares"] * 2.471
out = cross_validate(RandomForestRegressor(random_state=0), df.drop(columns="t"), df["t"], cv=5)
print(out["test_score"])
