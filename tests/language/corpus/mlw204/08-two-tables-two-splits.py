# rule: MLW204 clean
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

rivers = pd.read_csv("rivers.csv")
lakes = pd.read_csv("lakes.csv")
ra, rb = train_test_split(rivers, random_state=1)
la, lb = train_test_split(lakes, random_state=2)
print("rivers", Ridge().fit(ra[["rain"]], ra["flow"]).score(rb[["rain"]], rb["flow"]))
print("lakes", Ridge().fit(la[["rain"]], la["depth"]).score(lb[["rain"]], lb["depth"]))
