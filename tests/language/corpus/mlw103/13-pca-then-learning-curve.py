# rule: MLW103
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import validation_curve

X, y = np.load("mri.npy"), np.load("dx.npy")
Z = PCA(n_components=30, random_state=0).fit_transform(X)
train, valid = validation_curve(LogisticRegression(max_iter=500), Z, y, param_name="C", param_range=[0.1, 1])  # expect: MLW103
print(valid.mean(axis=1))
