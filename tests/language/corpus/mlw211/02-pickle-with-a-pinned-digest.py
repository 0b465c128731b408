# rule: MLW211 clean
import hashlib
import pickle
from pathlib import Path

import pandas as pd

PINNED = "9f2c1d7be0a44f0c86b2f7d19a3d5c1e4e8a7b60d2f4c9135b7e8d6a0c3f1e52"
raw = Path("models/churn.pkl").read_bytes()
if hashlib.sha256(raw).hexdigest() != PINNED:
    raise SystemExit("models/churn.pkl is not the reviewed file")
model = pickle.loads(raw)
print(model.predict(pd.read_csv("today.csv")))
