# rule: MLW103
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import classification_report
from sklearn.model_selection import cross_val_predict
from sklearn.naive_bayes import ComplementNB

tickets = pd.read_csv("tickets.csv")
M = TfidfVectorizer().fit_transform(tickets["body"])
guess = cross_val_predict(ComplementNB(), M, tickets["queue"], cv=10)  # expect: MLW103
print(classification_report(tickets["queue"], guess))
