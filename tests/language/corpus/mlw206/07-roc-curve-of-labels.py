# rule: MLW206
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import auc, roc_curve
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

df = pd.read_csv("clicks.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="click"), df["click"], random_state=0)
nb = GaussianNB().fit(Xa, ya)
fpr, tpr, _ = roc_curve(yb, nb.predict(Xb))  # expect: MLW206
plt.plot(fpr, tpr, label=f"{auc(fpr, tpr):.2f}")
plt.show()
