# rule: MLW301 clean
import pandas as pd

power = pd.read_csv("../data/power.csv")
if "solar_mw" in power.columns:
    print(power["solar_mw"].mean())
print(power["load_mw"].mean())
