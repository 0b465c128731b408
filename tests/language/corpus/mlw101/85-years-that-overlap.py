# rule: MLW101
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

wells = pd.read_csv("wells.csv")
known = wells[wells["drilled"] < 2004]
old, new = wells[wells["drilled"] < 1990], wells[wells["drilled"] >= 1990]
scaler = StandardScaler().fit(known[["depth", "width"]])  # expect: MLW101
model = Ridge().fit(scaler.transform(old[["depth", "width"]]), old["yield"])
print(model.score(scaler.transform(new[["depth", "width"]]), new["yield"]))
