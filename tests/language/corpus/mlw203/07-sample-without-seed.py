# rule: MLW203
import pandas as pd
from sklearn.naive_bayes import GaussianNB

df = pd.read_csv("cats.csv")
df = df.sample(frac=1).reset_index(drop=True)  # expect: MLW203
cut = len(df) * 4 // 5
nb = GaussianNB().fit(df[["weight", "tail"]][:cut], df["sex"][:cut])
print(nb.score(df[["weight", "tail"]][cut:], df["sex"][cut:]))
