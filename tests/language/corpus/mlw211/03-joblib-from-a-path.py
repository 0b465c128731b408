# rule: MLW211
import joblib
import pandas as pd

model = joblib.load("models/price.joblib")  # expect: MLW211
print(model.predict(pd.read_csv("today.csv")))
