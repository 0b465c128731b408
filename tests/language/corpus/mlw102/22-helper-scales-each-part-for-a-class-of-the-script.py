# rule: MLW102
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from nets import OwnNetwork


def to_unit(values):
    return (values - np.mean(values, axis=0)) / np.std(values, axis=0)  # expect: MLW102


soil = pd.read_csv("soil_samples.csv")
X, y = soil.drop(columns="acid").to_numpy(), soil["acid"].to_numpy()
X_train, X_check, y_train, y_check = train_test_split(X, y, test_size=0.25, random_state=4)
X_train, X_check = to_unit(X_train), to_unit(X_check)
network = OwnNetwork(width=16)
network.learn(X_train, y_train)
print(network.share_right(X_check, y_check))
