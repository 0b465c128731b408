# rule: MLW104
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

df = pd.read_csv("loan_defaults.csv")
good = df[df.bad == 0]
bad = df[df.bad == 1]
more = resample(bad, replace=True, n_samples=len(good), random_state=1)  # expect: MLW104
df = pd.concat([good, more])
tr, te = train_test_split(df, test_size=0.2, random_state=1)
rf = RandomForestClassifier(random_state=1).fit(tr.drop(columns="bad"), tr.bad)
print(f1_score(te.bad, rf.predict(te.drop(columns="bad"))))
