# rule: MLW106
import torch

torch.manual_seed(0)
data = torch.load("points.pt", weights_only=True)
x, y = data[:, :-1], data[:, -1:]
xa, ya, xb, yb = x[:800], y[:800], x[800:], y[800:]
for lr in (0.1, 0.01, 0.001):
    net = torch.nn.Linear(x.shape[1], 1)
    step = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(200):
        step.zero_grad()
        torch.nn.functional.mse_loss(net(xa), ya).backward()
        step.step()
    with torch.no_grad():
        print(lr, torch.nn.functional.mse_loss(net(xb), yb).item())  # expect: MLW106
