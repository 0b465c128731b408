# rule: MLW203
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("leaks.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="leak"), df["leak"], stratify=df["leak"], random_state=0)
Xa, ya = SMOTE().fit_resample(Xa, ya)  # expect: MLW203
net = make_pipeline(StandardScaler(), MLPClassifier((32, 16)))  # expect: MLW203
print(f1_score(yb, net.fit(Xa, ya).predict(Xb)))
