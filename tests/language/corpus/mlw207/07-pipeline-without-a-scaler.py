# rule: MLW207
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

loans = pd.read_csv("../data/loans.csv")
Xa, Xb, ya, yb = train_test_split(loans[["age", "income", "amount"]], loans["defaulted"], random_state=0)
flow = Pipeline([("fill", SimpleImputer()), ("svc", SVC(kernel="rbf"))])
flow.fit(Xa, ya)  # expect: MLW207
print(flow.score(Xb, yb))
