# rule: MLW211
import torch

net = torch.load("models/net.pt", weights_only=False)  # expect: MLW211
net.eval()
print(net(torch.zeros(1, 8)))
