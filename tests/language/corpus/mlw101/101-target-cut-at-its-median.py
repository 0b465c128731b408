# rule: MLW101 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("bridges.csv")
y = (df["cost"] > df["cost"].median()).astype(int)
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="cost"), y, random_state=0)
model = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
