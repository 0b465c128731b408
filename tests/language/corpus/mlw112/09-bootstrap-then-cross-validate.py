# rule: MLW112
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_validate

df = pd.read_csv("glaciers.csv").sample(frac=3.0, replace=True, random_state=0)
print(cross_validate(Ridge(), df[["slope", "snow"]], df["melt"], cv=5)["test_score"])  # expect: MLW112
