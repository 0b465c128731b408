# rule: MLW207
import pandas as pd
from sklearn.cluster import KMeans

churn = pd.read_csv("../data/churn.csv")
km = KMeans(n_clusters=3, n_init=10, random_state=0)
churn["cluster"] = km.fit_predict(churn[["tenure", "monthly_charges"]])  # expect: MLW207
print(churn["cluster"].value_counts())
