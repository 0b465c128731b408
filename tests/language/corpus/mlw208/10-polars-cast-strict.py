# rule: MLW208 clean
import polars as pl

orders = pl.read_csv("../data/orders.csv")
orders = orders.with_columns(pl.col("order_id").cast(pl.Int32), pl.col("amount").cast(pl.Float64))
print(orders["amount"].mean())
