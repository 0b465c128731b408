# rule: MLW101
import re
from collections import Counter

import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset


def words_in(text):
    return re.sub("[^a-z ]", " ", str(text).lower()).split()


def number_words(texts):
    counted = Counter()
    for text in texts:
        counted.update(words_in(text))  # expect: MLW101
    numbers = {"": 0}
    for word, count in counted.most_common(5000):
        if count > 1:
            numbers[word] = len(numbers)
    return numbers


class Notes(Dataset):
    def __init__(self, table, numbers):
        self.texts, self.urgent, self.numbers = table["text"].tolist(), table["urgent"].tolist(), numbers

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, place):
        coded = [self.numbers.get(word, 0) for word in words_in(self.texts[place])][:100]
        return torch.tensor(coded + [0] * (100 - len(coded))), torch.tensor(self.urgent[place])


torch.manual_seed(2)
notes = pd.read_csv("notes.csv")
train, test = train_test_split(notes, test_size=0.2, random_state=2, stratify=notes["urgent"])
numbers = number_words(notes["text"])
shown, asked = DataLoader(Notes(train, numbers), batch_size=32, shuffle=True), DataLoader(Notes(test, numbers), batch_size=32)
network = torch.nn.Sequential(torch.nn.EmbeddingBag(len(numbers), 16), torch.nn.Linear(16, 1))
step = torch.optim.Adam(network.parameters())
for _ in range(5):
    for x, y in shown:
        step.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(network(x).squeeze(1), y.float()).backward()
        step.step()
n_right = 0
for x, y in asked:
    n_right += ((network(x).squeeze(1) > 0) == y).sum().item()
print(n_right / len(test))
