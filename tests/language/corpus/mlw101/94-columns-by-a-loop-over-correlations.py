# rule: MLW101
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
correlation = df.corr()["repair"]  # expect: MLW101
kept = []
for i in range(len(correlation)):
    if abs(correlation[i]) > 0.1:
        kept.append(correlation.index[i])
df = df[kept]
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="repair"), df["repair"], random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
