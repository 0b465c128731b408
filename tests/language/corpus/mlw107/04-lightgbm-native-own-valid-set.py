# rule: MLW107 clean
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("trips.csv")
rest, test = train_test_split(df, random_state=0)
fit, stop = train_test_split(rest, random_state=0)
train = lgb.Dataset(fit.drop(columns="minutes"), fit["minutes"])
valid = lgb.Dataset(stop.drop(columns="minutes"), stop["minutes"], reference=train)
booster = lgb.train({"objective": "l1", "seed": 0}, train, 5000, valid_sets=[valid], callbacks=[lgb.early_stopping(50)])
print(mean_absolute_error(test["minutes"], booster.predict(test.drop(columns="minutes"))))
