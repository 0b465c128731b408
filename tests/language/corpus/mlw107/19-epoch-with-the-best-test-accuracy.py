# rule: MLW107
import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

torch.manual_seed(0)
to_tensor = transforms.ToTensor()
train_loader = DataLoader(datasets.MNIST("data", train=True, transform=to_tensor), batch_size=128, shuffle=True)
test_loader = DataLoader(datasets.MNIST("data", train=False, transform=to_tensor), batch_size=256)
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters())


def accuracy(net, loader):
    n_right = n_rows = 0
    with torch.no_grad():
        for images, labels in loader:
            _, guesses = net(images).max(1)
            n_right += guesses.eq(labels).sum().item()
            n_rows += labels.size(0)
    return n_right / n_rows


best = 0.0
for epoch in range(20):
    for images, labels in train_loader:
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()
    right = accuracy(net, test_loader)
    if right > best:  # expect: MLW107
        best = right
        torch.save(net.state_dict(), "best.pt")
print(best)
