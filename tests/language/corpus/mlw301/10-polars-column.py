# rule: MLW301
import polars as pl

sales = pl.read_csv("../data/sales.csv")
print(sales.select(pl.col("unit").sum()))  # expect: MLW301
