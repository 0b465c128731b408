# rule: MLW106
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Lasso, Ridge


def both_answers(X_fit, X_held, rent_fit, rent_held, pay_fit, pay_held):
    rents = Lasso(alpha=0.1)
    rents.fit(X_fit, rent_fit)
    earns = Ridge(alpha=2.0)
    earns.fit(X_fit, pay_fit)
    trees = ExtraTreesRegressor(random_state=0)
    trees.fit(X_fit, pay_fit)
    print("rents", rents.score(X_held, rent_held))
    print("earns", earns.score(X_held, pay_held))
    print("earns, trees", trees.score(X_held, pay_held))  # expect: MLW106
