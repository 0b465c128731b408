# rule: MLW103
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_validate

df = pd.read_csv("crops.csv")
df = df.fillna(df.mean(numeric_only=True))
out = cross_validate(RandomForestRegressor(random_state=0), df.drop(columns="t"), df["t"], cv=5)  # expect: MLW103
print(out["test_score"])
