# rule: MLW102
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("showers.csv")
train, test = np.split(df.sample(frac=1, random_state=0), [int(0.8 * len(df))])


def prepare(part):
    X = part[part.columns[:-1]].values
    y = part[part.columns[-1]].values
    return StandardScaler().fit_transform(X), y  # expect: MLW102


X_train, y_train = prepare(train)
X_test, y_test = prepare(test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
