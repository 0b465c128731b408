# rule: MLW101
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, PowerTransformer

df = pd.read_csv("bank.csv")
prep = make_column_transformer(
    (PowerTransformer(), ["age", "balance"]),
    (OneHotEncoder(handle_unknown="ignore"), ["job", "marital"]),
)
Z = prep.fit_transform(df)  # expect: MLW101
X_train, X_test, y_train, y_test = train_test_split(Z, df["y"], random_state=0)
model = LogisticRegression(max_iter=1000).fit(X_train, y_train)
print(model.score(X_test, y_test))
