# rule: MLW102 clean
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

X_train, X_test = np.load("train.npy"), np.load("test.npy")
y_train, y_test = np.load("train_kinds.npy"), np.load("test_kinds.npy")
least_train, least_test = np.zeros((len(X_train), 1)), np.zeros((len(X_test), 1))
for number in range(X_train.shape[0]):
    least_train[number] = np.min(X_train[number, :])
for number in range(X_test.shape[0]):
    least_test[number] = np.min(X_test[number])
X_train = np.concatenate((X_train, least_train), axis=1)
X_test = np.concatenate((X_test, least_test), axis=1)
model = LogisticRegression().fit(X_train, y_train)
print(accuracy_score(y_test, model.predict(X_test)))
