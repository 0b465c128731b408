# rule: MLW110
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score

sales = pd.read_csv("../data/sales.csv", parse_dates=["date"]).sort_values("date")
sales["lag7"] = sales["units"].shift(7)
sales = sales.dropna()
print(cross_val_score(Ridge(), sales[["lag7"]], sales["units"], cv=KFold(5, shuffle=True, random_state=0)))  # expect: MLW110
