# rule: MLW102 clean
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from nets import OwnNetwork

soil = pd.read_csv("soil_samples.csv")
X, y = soil.drop(columns="acid").to_numpy(), soil["acid"].to_numpy()
X_train, X_check, y_train, y_check = train_test_split(X, y, test_size=0.25, random_state=4)
for part in (X_train, X_check):
    print(np.mean(part, axis=0), np.std(part, axis=0))
network = OwnNetwork(width=16)
network.learn(X_train, y_train)
print(network.share_right(X_check, y_check))
