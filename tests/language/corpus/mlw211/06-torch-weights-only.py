# rule: MLW211 clean
import torch

net = torch.nn.Sequential(torch.nn.Linear(8, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
net.load_state_dict(torch.load("models/net.pt", weights_only=True))
net.eval()
print(net(torch.zeros(1, 8)))
