"""Writes linear.json and calibrate.json: answers of scikit-learn that the tests compare with.

`python3 linear.py`, with the scikit-learn whose version is noted in the files.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    HuberRegressor,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    TweedieRegressor,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).parent
N_ROWS = 60
ASKED = 8


def table():
    """Four columns of different scales, the last of two values, and a target of every kind."""
    rng = np.random.default_rng(7)
    x = np.column_stack([
        rng.normal(size=N_ROWS), rng.normal(50, 20, N_ROWS), rng.uniform(-5, -4.9, N_ROWS), rng.random(N_ROWS) < 0.3,
    ]).round(4)
    z = (x - x.mean(0)) / x.std(0)
    margin = z @ [0.8, -0.5, 0.3, 0.4]
    noise = rng.normal(size=N_ROWS)
    number = 10 + 3 * margin + noise
    number[::15] += 40
    scores = np.column_stack([margin, z @ [-0.5, -0.5, 0.6, 0], 0 * margin]) + rng.gumbel(size=(N_ROWS, 3))
    y = {
        "number": number.round(4),
        "count": rng.poisson(np.exp(0.5 + 0.4 * margin)),
        "cost": (rng.gamma(2, np.exp(3 + 0.4 * margin))).round(2) + 0.01,
        "binary": (margin + noise > 0.4).astype(int),
        "multiclass": scores.argmax(1),
    }
    return x, y, rng.integers(0, 4, N_ROWS).astype(float)


def scaled(y):
    return (y - y.mean()) / y.std(), y.mean(), y.std()


def main():
    x, y, weights = table()
    scaler = StandardScaler().fit(x)
    z = scaler.transform(x)
    asked = z[:ASKED]
    cases = []

    def keep(learner, parameters, target, estimator, weighted=False, values=None, center=0.0, spread=1.0, shift=0.0):
        """Fits, and keeps coefficients of standardised columns, intercept, and margins of the first rows."""
        fit = {"sample_weight": weights / weights.mean()} if weighted else {}
        estimator.fit(z, y[target] if values is None else values, **fit)
        coefficients = np.atleast_2d(estimator.coef_) * spread
        intercepts = np.atleast_1d(estimator.intercept_) * spread + center + shift
        if len(intercepts) > 1:
            intercepts = intercepts - intercepts.mean()
        cases.append({
            "learner": learner, "parameters": parameters, "target": target, "weighted": weighted,
            "coefficients": (coefficients / scaler.scale_).tolist(),
            "intercepts": (intercepts - (coefficients / scaler.scale_) @ scaler.mean_).tolist(),
        })

    exact = {"tol": 1e-14, "max_iter": 100_000}
    number, center, spread = scaled(y["number"])
    for weighted in [False, True]:
        for c in [0.1, 1.0]:
            keep("logistic_regression", {"c": c}, "binary", LogisticRegression(C=c, solver="newton-cholesky", **exact), weighted)
            keep("logistic_regression", {"c": c}, "multiclass", LogisticRegression(C=c, solver="newton-cholesky", **exact), weighted)
        balanced = LogisticRegression(solver="newton-cholesky", class_weight="balanced", **exact)
        keep("logistic_regression", {"class_weight": "balanced"}, "binary", balanced, weighted)
        for target in ["binary", "multiclass"]:
            for ratio in [0.5, 1.0]:
                saga = LogisticRegression(C=0.3, penalty="elasticnet", l1_ratio=ratio, solver="saga", tol=1e-13, max_iter=100_000)
                keep("logistic_regression", {"c": 0.3, "l1_ratio": ratio}, target, saga, weighted)
        keep("linear_regression", {"alpha": 2.0}, "number", Ridge(alpha=2.0), weighted)
        # The penalty of `elastic_net` is that of the standardised target.
        keep("elastic_net", {"alpha": 0.1}, "number", ElasticNet(alpha=0.1, tol=1e-14, max_iter=100_000), weighted, number, center, spread)
        keep("huber_regression", {"alpha": 0.5}, "number", HuberRegressor(alpha=0.5, tol=1e-12, max_iter=100_000), weighted, number, center, spread)
        relative = weights / weights.mean() if weighted else np.ones(N_ROWS)
        for learner, parameters, target, estimator in [
            ("poisson_regression", {"alpha": 0.01}, "count", PoissonRegressor(alpha=0.01, tol=1e-12, max_iter=10_000, solver="newton-cholesky")),
            ("gamma_regression", {"alpha": 0.01}, "cost", GammaRegressor(alpha=0.01, tol=1e-12, max_iter=10_000, solver="newton-cholesky")),
            ("tweedie_regression", {"alpha": 0.01}, "count", TweedieRegressor(power=1.5, alpha=0.01, link="log", tol=1e-12, max_iter=10_000, solver="newton-cholesky")),
            ("tweedie_regression", {"alpha": 0.01, "power": 2.7}, "cost", TweedieRegressor(power=2.7, alpha=0.01, link="log", tol=1e-12, max_iter=10_000, solver="newton-cholesky")),
        ]:
            mean = np.average(y[target], weights=relative)
            keep(learner, parameters, target, estimator, weighted, y[target] / mean, shift=np.log(mean))

    answers = []

    def ask(learner, parameters, target, estimator, on=None, weighted=False, values=None, center=0.0, spread=1.0):
        fit = {"sample_weight": weights} if weighted else {}
        columns = z if on is None else on
        estimator.fit(columns, y[target] if values is None else values, **fit)
        # Between the rows, so that no row is its own neighbour.
        between = 0.5 * (columns[:ASKED] + columns[ASKED:2 * ASKED])
        found = estimator.predict_proba(between) if hasattr(estimator, "predict_proba") else estimator.predict(between)[:, None] * spread + center
        answers.append({"learner": learner, "parameters": parameters, "target": target, "weighted": weighted, "answers": found.tolist()})

    for target in ["binary", "multiclass"]:
        ask("naive_bayes", {}, target, GaussianNB(), on=x)
        ask("naive_bayes", {"var_smoothing": 0.01}, target, GaussianNB(var_smoothing=0.01), on=x, weighted=True)
        ask("k_neighbors", {}, target, KNeighborsClassifier())
        ask("k_neighbors", {"n_neighbors": 9, "weights": "distance"}, target, KNeighborsClassifier(9, weights="distance"))
    ask("k_neighbors", {}, "number", KNeighborsRegressor())
    ask("k_neighbors", {"n_neighbors": 1}, "number", KNeighborsRegressor(1))
    ask("k_neighbors", {"n_neighbors": 9, "weights": "distance"}, "number", KNeighborsRegressor(9, weights="distance"))
    for parameters, kind in [({}, {}), ({"c": 10.0, "gamma": 0.3, "epsilon": 0.05}, {"C": 10.0, "gamma": 0.3, "epsilon": 0.05})]:
        ask("svm", parameters, "number", SVR(tol=1e-10, **kind), values=number, center=center, spread=spread)
    machines = []
    for target in ["binary", "multiclass"]:
        for parameters, kind in [({}, {}), ({"c": 10.0, "gamma": 0.3}, {"C": 10.0, "gamma": 0.3})]:
            machine = SVC(tol=1e-10, decision_function_shape="ovo", **kind).fit(z, y[target])
            decisions = machine.decision_function(z[:ASKED]).reshape(ASKED, -1)
            machines.append({"parameters": parameters, "target": target, "decisions": decisions.tolist()})
    (FOLDER / "linear.json").write_text(json.dumps({
        "source": f"scikit-learn {sklearn.__version__}, linear.py", "x": x.tolist(), "weights": weights.tolist(),
        "targets": {name: values.tolist() for name, values in y.items()}, "cases": cases, "answers": answers, "machines": machines,
    }))

    rng = np.random.default_rng(11)
    score = np.concatenate([rng.normal(size=40).round(1), [0.0, 0.0, 9.0, -9.0]])
    positive = (rng.random(44) < 1 / (1 + np.exp(-1.5 * score + 0.5))).astype(float)
    counts = rng.integers(1, 5, 44).astype(float)
    queries = [-20.0, -9.0, -1.234, 0.0, 0.05, 0.1, 1.7, 20.0]
    isotonic, sigmoid = [], []
    for sample_weight in [None, counts]:
        for values in [positive, score + rng.normal(size=44).round(2)]:
            model = IsotonicRegression(out_of_bounds="clip").fit(score, values, sample_weight=sample_weight)
            isotonic.append({
                "y": values.tolist(), "weights": None if sample_weight is None else sample_weight.tolist(),
                "answers": model.predict(queries).tolist(),
            })
        model = _SigmoidCalibration().fit(score, positive, sample_weight=sample_weight)
        sigmoid.append({"weights": None if sample_weight is None else sample_weight.tolist(), "a": model.a_, "b": model.b_})
    (FOLDER / "calibrate.json").write_text(json.dumps({
        "source": f"scikit-learn {sklearn.__version__}, linear.py", "scores": score.tolist(), "positive": positive.tolist(),
        "queries": queries, "isotonic": isotonic, "sigmoid": sigmoid,
    }))


main()
