# rule: MLW210 clean
import polars as pl

orders = pl.read_csv("../data/orders.csv")
customers = pl.read_csv("../data/customers.csv")
both = orders.join(customers, on="customer_id", how="left", validate="m:1")
print(both.group_by("segment").agg(pl.col("amount").sum()))
