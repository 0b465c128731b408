# rule: MLW201
import pickle

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def build(path):
    frame = pd.read_csv(path)
    flow = make_pipeline(StandardScaler(), LogisticRegression())
    return flow.fit(frame[["a", "b"]], frame["label"])  # expect: MLW201


with open("model.pkl", "wb") as out:
    pickle.dump(build("labels.csv"), out)
