# rule: MLW106 clean
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge


def both_answers(X_fit, X_held, left_fit, left_held, pay_fit, pay_held):
    leaves = RandomForestClassifier(n_estimators=80, random_state=0)
    leaves.fit(X_fit, left_fit)
    earns = Ridge(alpha=2.0)
    earns.fit(X_fit, pay_fit)
    print("leaves", leaves.score(X_held, left_held))
    print("earns", earns.score(X_held, pay_held))
    return leaves, earns
