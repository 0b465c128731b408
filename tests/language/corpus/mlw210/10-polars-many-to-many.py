# rule: MLW210
import polars as pl

orders = pl.read_csv("../data/orders.csv")
payments = pl.read_csv("../data/payments.csv")
both = orders.join(payments, on="customer_id", how="inner")  # expect: MLW210
print(both["paid"].sum())
