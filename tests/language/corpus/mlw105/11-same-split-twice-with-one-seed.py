# rule: MLW105 clean
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("birds.csv")
X_train, X_test = train_test_split(df.drop(columns="kind"), test_size=0.2, random_state=0)
y_train, y_test = train_test_split(df["kind"], test_size=0.2, random_state=0)
rf = RandomForestClassifier(random_state=0).fit(X_train, y_train)
print(rf.score(X_test, y_test))
