# rule: MLW107
import numpy as np
import torch
from sklearn.model_selection import train_test_split

torch.manual_seed(1)
values = np.load("values.npy").astype("float32")
X, y = torch.tensor(values[:, 1:]), torch.tensor(values[:, 0])
learn, check = train_test_split(np.arange(len(values)), test_size=0.25, random_state=1)
net = torch.nn.Sequential(torch.nn.Linear(X.shape[1], 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
step = torch.optim.Adam(net.parameters())
best = float("inf")
for _ in range(60):
    step.zero_grad()
    torch.nn.functional.mse_loss(net(X[learn]).squeeze(1), y[learn]).backward()
    step.step()
    with torch.no_grad():
        error = torch.nn.functional.mse_loss(net(X[check]).squeeze(1), y[check]).item()
    if error < best:  # expect: MLW107
        best = error
        torch.save(net.state_dict(), "net.pt")
print(best)
