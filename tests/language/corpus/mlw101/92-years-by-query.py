# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

tides = pd.read_csv("tides.csv")
old = tides.query("year < 2011 and harbour == 'north'")
new = tides.query("year >= 2011 and harbour == 'north'")
scaler = StandardScaler().fit(old[["moon", "wind"]])
model = Ridge().fit(scaler.transform(old[["moon", "wind"]]), old["level"])
print(model.score(scaler.transform(new[["moon", "wind"]]), new["level"]))
