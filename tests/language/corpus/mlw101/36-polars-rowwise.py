# rule: MLW101 clean
import polars as pl
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

df = pl.read_csv("harvest.csv").drop_nulls()
df = df.with_columns(
    (pl.col("rain") / 1000).alias("rain_m"),
    pl.when(pl.col("soil_ph") > 7).then(1).otherwise(0).alias("alkaline"),
)
X = df.select("rain_m", "sun", "alkaline").to_numpy()
X_train, X_test, y_train, y_test = train_test_split(X, df["tonnes"].to_numpy(), random_state=0)
reg = Ridge().fit(X_train, y_train)
print(reg.score(X_test, y_test))
