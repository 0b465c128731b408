# rule: MLW111
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

index = pd.read_csv("../data/visits.csv")
pixels = np.load("scans.npy")
order = index.groupby("patient_id").ngroup().to_numpy()
print("scans per subject", np.bincount(order).mean())
Xa, Xb, ya, yb = train_test_split(pixels, index["readmitted"], random_state=0)  # expect: MLW111
print(LogisticRegression(max_iter=500).fit(Xa, ya).score(Xb, yb))
