# rule: MLW207
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

loans = pd.read_csv("../data/loans.csv")
Xa, Xb, ya, yb = train_test_split(loans[["age", "income"]], loans["defaulted"], random_state=0)
knn = KNeighborsClassifier(n_neighbors=7)
knn.fit(Xa, ya)  # expect: MLW207
print(f1_score(yb, knn.predict(Xb)))
