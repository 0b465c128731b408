# rule: MLW109 clean
import polars as pl
from sklearn.linear_model import Ridge

power = pl.read_csv("../data/power.csv", try_parse_dates=True).sort("hour")
power = power.with_columns(pl.col("wind_mw").shift(2).alias("earlier")).drop_nulls()
X, y = power.select("earlier").to_numpy(), power["load_mw"].to_numpy()
ridge = Ridge().fit(X[:120], y[:120])
print(ridge.score(X[120:], y[120:]))
