# rule: MLW209
import numpy as np
import pandas as pd

visits = pd.read_csv("../data/visits.csv")
visits.heart_rate[visits.heart_rate > 180] = np.nan  # expect: MLW209
print(visits.heart_rate.isna().sum())
