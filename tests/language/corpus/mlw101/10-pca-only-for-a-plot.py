# rule: MLW101 clean
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

spectra = np.load("spectra.npy")
labels = np.load("labels.npy")
flat = PCA(n_components=2, random_state=0).fit_transform(spectra)
plt.scatter(flat[:, 0], flat[:, 1], c=labels)
plt.show()

X_train, X_test, y_train, y_test = train_test_split(spectra, labels, random_state=0)
clf = LogisticRegression(max_iter=2000)
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
