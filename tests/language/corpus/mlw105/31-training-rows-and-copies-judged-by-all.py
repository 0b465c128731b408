# rule: MLW105
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.utils import resample

df = pd.read_csv("bridges.csv")
sound, worn = df[df["repair"] == 0], df[df["repair"] == 1]
more = resample(worn, replace=True, n_samples=len(sound), random_state=0)
train = pd.concat([sound, more])
model = LogisticRegression(max_iter=500).fit(train.drop(columns="repair"), train["repair"])
print(f1_score(df["repair"], model.predict(df.drop(columns="repair"))))  # expect: MLW105
