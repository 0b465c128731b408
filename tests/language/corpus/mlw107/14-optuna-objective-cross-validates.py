# rule: MLW107 clean
import optuna
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_val_score, train_test_split

df = pd.read_csv("melons.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="kg"), df["kg"], random_state=0)


def objective(trial):
    depth = trial.suggest_int("max_depth", 2, 20)
    return cross_val_score(RandomForestRegressor(max_depth=depth, random_state=0), X_train, y_train, cv=5).mean()


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
study.optimize(objective, n_trials=50)
final = RandomForestRegressor(random_state=0, **study.best_params).fit(X_train, y_train)
print(final.score(X_test, y_test))
