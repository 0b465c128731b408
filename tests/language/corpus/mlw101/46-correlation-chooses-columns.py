# rule: MLW101
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pd.read_csv("plots.csv")
strength = df.corr()["yield"].abs()  # expect: MLW101
chosen = strength[strength > 0.3].index.drop("yield")
X_train, X_test, y_train, y_test = train_test_split(df[chosen], df["yield"], random_state=0)
model = Ridge().fit(X_train, y_train)
print(model.score(X_test, y_test))
