# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
missing = df.isnull().sum() / len(df)
df = df.drop(missing[missing > 0.5].index, axis=1)
few = [name for name in df.columns if df[name].nunique() < 20]
X_train, X_test, y_train, y_test = train_test_split(df[few], df["repair"], random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
