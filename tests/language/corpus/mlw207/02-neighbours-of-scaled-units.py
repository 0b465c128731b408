# rule: MLW207 clean
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

loans = pd.read_csv("../data/loans.csv")
Xa, Xb, ya, yb = train_test_split(loans[["age", "income"]], loans["defaulted"], random_state=0)
knn = make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=7))
knn.fit(Xa, ya)
print(f1_score(yb, knn.predict(Xb)))
