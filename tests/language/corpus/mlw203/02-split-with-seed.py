# rule: MLW203 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

SEED = 13
df = pd.read_csv("flights.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["km", "hour"]], df["delay"], test_size=0.2, random_state=SEED)
print(Ridge().fit(X_train, y_train).score(X_test, y_test))
