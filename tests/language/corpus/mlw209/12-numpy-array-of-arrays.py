# rule: MLW209 clean
import numpy as np
import pandas as pd

orders = pd.read_csv("../data/orders.csv")
grid = np.zeros((3, 4))
grid[1][2] = orders["amount"].max()
print(grid)
