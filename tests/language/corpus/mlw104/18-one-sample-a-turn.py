# rule: MLW104 clean
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

signals, kinds = np.load("signals.npy"), np.load("kinds.npy")
samples, labels = [], []
for i in range(len(signals)):
    features = []
    features.append(signals[i].mean(axis=1))
    features.append(np.log(signals[i]))
    samples.append(np.concatenate(features))
    labels.append(kinds[i])
X, y = np.array(samples), np.array(labels)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
