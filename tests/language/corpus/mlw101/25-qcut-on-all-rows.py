# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

clients = pd.read_csv("clients.csv")
clients["wealth"] = pd.qcut(clients["balance"], 5, labels=False)  # expect: MLW101
y = clients.pop("bought")
tr, te, ytr, yte = train_test_split(clients, y, test_size=0.2, random_state=9)
forest = RandomForestClassifier(random_state=9)
forest.fit(tr, ytr)
print(f1_score(yte, forest.predict(te)))
