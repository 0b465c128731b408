# rule: MLW205 clean
import pandas as pd
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

df = pd.read_csv("rare.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="y"), df["y"], stratify=df["y"], random_state=0)
class_weight = {0: 1.0, 1: 25.0}
flow = make_pipeline(StandardScaler(), SVC(C=10))
flow.set_params(svc__class_weight=class_weight)
print(recall_score(yb, flow.fit(Xa, ya).predict(Xb)))
