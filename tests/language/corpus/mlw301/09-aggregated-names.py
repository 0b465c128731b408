# rule: MLW301 clean
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
per = orders.groupby("channel").agg(total=("amount", "sum"), n=("order_id", "count")).reset_index()
print(per[["channel", "total", "n"]].sort_values("total"))
