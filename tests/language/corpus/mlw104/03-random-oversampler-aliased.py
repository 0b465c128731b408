# rule: MLW104
import imblearn.over_sampling as over
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

X = np.load("defects_x.npy")
y = np.load("defects_y.npy")
sampler = over.RandomOverSampler(random_state=3)
X, y = sampler.fit_resample(X, y)  # expect: MLW104
Xa, Xb, ya, yb = train_test_split(X, y, random_state=3)
lr = LogisticRegression(max_iter=500).fit(Xa, ya)
print(balanced_accuracy_score(yb, lr.predict(Xb)))
