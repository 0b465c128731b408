# rule: MLW301 clean
import pandas as pd

mystery = pd.read_csv("not_here.csv")
print(mystery["whatever"].mean(), mystery[["a", "b"]].corr())
