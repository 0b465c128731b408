# rule: MLW201 clean
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

shops = pd.read_csv("shops.csv")
flow = make_pipeline(StandardScaler(), KMeans(n_clusters=4, n_init=10, random_state=0))
shops["cluster"] = flow.fit_predict(shops[["area", "staff", "turnover"]])
print(shops.groupby("cluster").mean(numeric_only=True))
