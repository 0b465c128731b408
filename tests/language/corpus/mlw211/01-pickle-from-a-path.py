# rule: MLW211
import pickle

import pandas as pd

with open("models/churn.pkl", "rb") as file:
    model = pickle.load(file)  # expect: MLW211
print(model.predict(pd.read_csv("today.csv")))
