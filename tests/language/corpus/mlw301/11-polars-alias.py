# rule: MLW301 clean
import polars as pl

sales = pl.read_csv("../data/sales.csv")
sales = sales.with_columns((pl.col("units") * pl.col("price")).alias("turnover"))
print(sales.select(pl.col("turnover").sum(), "date"))
