# rule: MLW101 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pd.read_csv("plots.csv")
df = df.loc[:, df.isnull().mean() < 0.4].dropna()
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="yield"), df["yield"], random_state=0)
model = Ridge().fit(X_train, y_train)
print(model.score(X_test, y_test))
