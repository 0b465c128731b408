# rule: MLW101
import numpy as np
import pandas as pd
import torch
from sklearn import preprocessing
from sklearn.model_selection import train_test_split

df = pd.read_csv("cells.csv")
X = np.asarray(df.drop(columns="kind"))
X = preprocessing.StandardScaler().fit(X).transform(X)  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(X, df["kind"].values, test_size=0.2, random_state=0)

inputs, targets = torch.tensor(X_train).float(), torch.tensor(y_train).float()
net = torch.nn.Sequential(torch.nn.Linear(inputs.shape[1], 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters())
for epoch in range(50):
    optimizer.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(net(inputs).squeeze(1), targets)
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print(((net(torch.tensor(X_test).float()) > 0).squeeze(1).numpy() == y_test).mean())
