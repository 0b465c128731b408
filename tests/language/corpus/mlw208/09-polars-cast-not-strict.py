# rule: MLW208
import polars as pl

churn = pl.read_csv("../data/churn.csv")
churn = churn.with_columns(pl.col("total_charges").cast(pl.Float64, strict=False))  # expect: MLW208
print(churn["total_charges"].mean())
