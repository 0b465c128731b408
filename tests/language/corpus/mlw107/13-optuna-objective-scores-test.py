# rule: MLW107
import optuna
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

df = pd.read_csv("melons.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kg"), df["kg"], random_state=0)


def objective(trial):
    depth = trial.suggest_int("max_depth", 2, 20)
    forest = RandomForestRegressor(max_depth=depth, random_state=0).fit(X_train, y_train)
    return forest.score(X_test, y_test)  # expect: MLW107


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
study.optimize(objective, n_trials=50)
print(study.best_value)
