"""Partial dependence, permutation importance and calibration as scikit-learn has them, for `explain.json`.

    python explain.py > explain.json

Versions are written into the file.
"""

import json

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

rng = np.random.default_rng(20261124)
n = 80
x = np.column_stack([rng.normal(size=n), rng.uniform(0, 10, size=n).round(1), rng.integers(0, 6, size=n)]).round(4)
y = (3 * x[:, 0] - 0.5 * x[:, 1] + rng.normal(scale=0.3, size=n)).round(4)
happened = (x[:, 0] + 0.2 * x[:, 1] + rng.normal(scale=0.8, size=n) > 1).astype(int)

linear = LinearRegression().fit(x, y)
logistic = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-10).fit(x, happened)


def dependence(model):
    found = {}
    for column in range(3):
        answer = partial_dependence(model, x, [column], kind="average", method="brute", percentiles=(0, 1), grid_resolution=100)
        found[str(column)] = {"grid": answer["grid_values"][0].tolist(), "average": answer["average"][0].tolist()}
    return found


shuffled = permutation_importance(linear, x, y, scoring="neg_root_mean_squared_error", n_repeats=4000, random_state=7)
probabilities = logistic.predict_proba(x)[:, 1]
observed, predicted = calibration_curve(happened, probabilities, n_bins=5, strategy="quantile")

print(json.dumps({
    "source": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
    "x": x.tolist(),
    "y": y.tolist(),
    "happened": happened.tolist(),
    "linear": {"coefficients": linear.coef_.tolist(), "intercept": float(linear.intercept_), "dependence": dependence(linear)},
    "logistic": {"coefficients": logistic.coef_[0].tolist(), "intercept": float(logistic.intercept_[0]), "dependence": dependence(logistic)},
    "importance": {"repeats": 4000, "mean": shuffled.importances_mean.tolist(), "std": shuffled.importances_std.tolist()},
    "calibration": {"probabilities": probabilities.tolist(), "observed": observed.tolist(), "predicted": predicted.tolist()},
}, separators=(",", ":")))
