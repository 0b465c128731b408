# rule: MLW104
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

signals, kinds = np.load("signals.npy"), np.load("kinds.npy")
rng = np.random.default_rng(0)
samples, labels = [], []
for i in range(len(signals)):
    samples.append(signals[i])
    labels.append(kinds[i])
    noisy = signals[i] + rng.normal(0, 0.01, signals[i].shape)
    samples.append(noisy)
    labels.append(kinds[i])
X, y = np.array(samples), np.array(labels)  # expect: MLW104
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
