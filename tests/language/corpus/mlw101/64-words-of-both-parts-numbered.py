# rule: MLW101
import torch

from letters import read_letters

torch.manual_seed(4)
letters = read_letters("letters")
n_learn = int(len(letters) * 0.8)
learn, check = letters[:n_learn], letters[n_learn:]
place = {}
for words, _ in learn + check:
    for word in words:
        if word not in place:
            place[word] = len(place)  # expect: MLW101


def counted(words):
    counts = torch.zeros(len(place))
    for word in words:
        counts[place[word]] += 1
    return counts


network = torch.nn.Linear(len(place), 1)
step = torch.optim.SGD(network.parameters(), lr=0.1)
for _ in range(20):
    for words, angry in learn:
        step.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(network(counted(words)), angry).backward()
        step.step()
n_right = 0
for words, angry in check:
    n_right += int((network(counted(words)) > 0) == angry)
print(n_right / len(check))
