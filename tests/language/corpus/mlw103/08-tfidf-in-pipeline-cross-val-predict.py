# rule: MLW103 clean
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import classification_report
from sklearn.model_selection import cross_val_predict
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline

tickets = pd.read_csv("tickets.csv")
flow = make_pipeline(TfidfVectorizer(), ComplementNB())
guess = cross_val_predict(flow, tickets["body"], tickets["queue"], cv=10)
print(classification_report(tickets["queue"], guess))
