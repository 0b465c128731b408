# rule: MLW211 clean
import pandas as pd
import xgboost as xgb

booster = xgb.Booster()
booster.load_model("models/price.json")
print(booster.predict(xgb.DMatrix(pd.read_csv("today.csv"))))
