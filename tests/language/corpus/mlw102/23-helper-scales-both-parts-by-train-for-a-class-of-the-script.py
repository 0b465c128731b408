# rule: MLW102 clean
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from nets import OwnNetwork


def to_unit(values, like):
    return (values - np.mean(like, axis=0)) / np.std(like, axis=0)


soil = pd.read_csv("soil_samples.csv")
X, y = soil.drop(columns="acid").to_numpy(), soil["acid"].to_numpy()
X_train, X_check, y_train, y_check = train_test_split(X, y, test_size=0.25, random_state=4)
X_train, X_check = to_unit(X_train, X_train), to_unit(X_check, X_train)
network = OwnNetwork(width=16)
network.learn(X_train, y_train)
print(network.share_right(X_check, y_check))
