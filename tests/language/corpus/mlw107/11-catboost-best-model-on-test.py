# rule: MLW107
import pandas as pd
from catboost import CatBoostRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("used_cars.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["km", "age"]], df["price"], random_state=0)
cat = CatBoostRegressor(iterations=3000, random_seed=0, verbose=0)
cat.fit(X_train, y_train, eval_set=(X_test, y_test), use_best_model=True, early_stopping_rounds=100)  # expect: MLW107
print(r2_score(y_test, cat.predict(X_test)))
