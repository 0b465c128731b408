# rule: MLW207 clean
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

churn = pd.read_csv("../data/churn.csv")
Z = StandardScaler().fit_transform(churn[["tenure", "monthly_charges"]])
km = KMeans(n_clusters=3, n_init=10, random_state=0)
churn["cluster"] = km.fit_predict(Z)
print(churn["cluster"].value_counts())
