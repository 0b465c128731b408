# rule: MLW102
import numpy as np
import pandas as pd
import torch

np.random.seed(2)
torch.manual_seed(2)
wells = pd.read_csv("wells.csv")
drawn = np.random.rand(len(wells)) < 0.75
learn, check = wells[drawn].copy(), wells[~drawn].copy()
for column in ["depth", "flow"]:
    learn[column] = learn[column].fillna(learn[column].median())
    check[column] = check[column].fillna(check[column].median())  # expect: MLW102
x, y = torch.Tensor(learn[["depth", "flow"]].values), torch.Tensor(learn[["salt"]].values)
network = torch.nn.Linear(2, 1)
step = torch.optim.SGD(network.parameters(), lr=0.01)
for _ in range(300):
    step.zero_grad()
    torch.nn.functional.mse_loss(network(x), y).backward()
    step.step()
print(torch.nn.functional.mse_loss(network(torch.Tensor(check[["depth", "flow"]].values)), torch.Tensor(check[["salt"]].values)))
