# rule: MLW104 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

df = pd.read_csv("loan_defaults.csv")
tr, te = train_test_split(df, test_size=0.2, stratify=df.bad, random_state=1)
good = tr[tr.bad == 0]
bad = tr[tr.bad == 1]
more = resample(bad, replace=True, n_samples=len(good), random_state=1)
tr = pd.concat([good, more])
rf = RandomForestClassifier(random_state=1).fit(tr.drop(columns="bad"), tr.bad)
print(f1_score(te.bad, rf.predict(te.drop(columns="bad"))))
