# rule: MLW101
import polars as pl
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pl.read_csv("harvest.csv")
df = df.with_columns(pl.col("rain").fill_null(pl.col("rain").mean()))  # expect: MLW101
X = df.select("rain", "sun", "soil_ph").to_numpy()
y = df["tonnes"].to_numpy()
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
reg = Ridge().fit(X_train, y_train)
print(reg.score(X_test, y_test))
