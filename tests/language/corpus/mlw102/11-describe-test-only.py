# rule: MLW102 clean
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

X, y = np.load("faces.npy"), np.load("names.npy")
X_a, X_b, y_a, y_b = train_test_split(X, y, random_state=0)
pca = PCA(50, random_state=0).fit(X_a)
lr = LogisticRegression(max_iter=500).fit(pca.transform(X_a), y_a)
print("test mean", X_b.mean(), "largest", X_b.max())
print(lr.score(pca.transform(X_b), y_b))
