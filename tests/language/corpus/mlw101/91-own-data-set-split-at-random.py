# rule: MLW101 clean
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, random_split

torch.manual_seed(0)


class Beats(Dataset):
    def __init__(self, signals, kinds):
        self.signals, self.kinds = torch.tensor(signals), torch.tensor(kinds)

    def __len__(self):
        return len(self.signals)

    def __getitem__(self, place):
        return self.signals[place], self.kinds[place]


signals, kinds = np.load("beats.npy"), np.load("kinds.npy")
signals = signals / 1024
learn, check = random_split(Beats(signals, kinds), [0.8, 0.2])
net = torch.nn.Linear(64, 4)
loss_of, step = torch.nn.CrossEntropyLoss(), torch.optim.Adam(net.parameters())
best = 0.0
for epoch in range(30):
    for signal, kind in DataLoader(learn, batch_size=32):
        step.zero_grad()
        loss = loss_of(net(signal), kind)
        loss.backward()
        step.step()
    n_right = 0
    for signal, kind in DataLoader(check, batch_size=32):
        n_right += (net(signal).argmax(1) == kind).sum().item()
    if n_right > best:
        best = n_right
        torch.save(net.state_dict(), "best.pt")
print(best / len(check))
