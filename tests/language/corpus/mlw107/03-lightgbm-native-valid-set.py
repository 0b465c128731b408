# rule: MLW107
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("trips.csv")
Xa, Xb, ya, yb = train_test_split(df.drop(columns="minutes"), df["minutes"], random_state=0)
train = lgb.Dataset(Xa, ya)
valid = lgb.Dataset(Xb, yb, reference=train)
params = {"objective": "l1", "seed": 0}
booster = lgb.train(
    params,
    train,
    num_boost_round=5000,
    valid_sets=[valid],  # expect: MLW107
    callbacks=[lgb.early_stopping(50)],
)
print(mean_absolute_error(yb, booster.predict(Xb)))
