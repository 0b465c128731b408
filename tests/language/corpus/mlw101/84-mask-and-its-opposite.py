# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

wells = pd.read_csv("wells.csv")
is_old = wells["drilled"] <= "1989-12-31"
old, new = wells[is_old], wells[~is_old]
scaler = StandardScaler().fit(old[["depth", "width"]])
model = Ridge().fit(scaler.transform(old[["depth", "width"]]), old["yield"])
print(model.score(scaler.transform(new[["depth", "width"]]), new["yield"]))
