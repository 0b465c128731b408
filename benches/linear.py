"""CPU seconds of a fit beside scikit-learn's, both with their defaults, and how far the coefficients of both are from the minimum.

The minimum is scikit-learn's by another solver or at a finer tolerance.

Every learner sees the same columns as they come and standardises them itself; scikit-learn does so with its `StandardScaler`
in a pipeline, and its coefficients are turned back. Both run on one thread. Of mlwright, a process that fits five times is
measured against one that fits once, so that reading the file does not count; of scikit-learn, `fit` in this process. Medians of
five, of the wide table three and without the L1 penalties, which take scikit-learn's saga minutes there. `benches/linear.py FOLDER
LABEL...` measures some rows only.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"]:
    os.environ[name] = "1"
# Set on some machines for old builds of OpenBLAS; a current one chooses better itself.
for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
    os.environ.pop(name, None)

import numpy as np
import sklearn
from sklearn.linear_model import (
    ElasticNet,
    HuberRegressor,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore", category=sklearn.exceptions.ConvergenceWarning)
warnings.filterwarnings("ignore", category=FutureWarning)

from measure import FOLDER, MLWRIGHT, keep, median

EXAMPLE = os.environ.get("MLWRIGHT_LINEAR", str(pathlib.Path(MLWRIGHT).parent / "examples" / "linear"))
N_FITS = 5


def table(n_rows, n_columns, seed):
    """Correlated columns of several scales, a fifth of them 0 or 1, and targets that half of them move."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n_rows, 5))
    x = rng.normal(size=(n_rows, n_columns)) + common @ rng.normal(0, 0.5, (5, n_columns))
    flags = np.arange(n_columns) % 5 == 4
    x[:, flags] = x[:, flags] > 1
    x *= np.exp(rng.normal(0, 1, n_columns))
    x += rng.normal(0, 3, n_columns)
    z = (x - x.mean(0)) / x.std(0)
    slope = np.where(np.arange(n_columns) % 2 == 0, rng.normal(0, 1, n_columns), 0) / np.sqrt(n_columns / 2)
    margin = z @ slope
    other = z @ rng.permutation(slope)
    number = 20 + 5 * margin + rng.normal(0, 5, n_rows)
    outliers = number + np.where(rng.random(n_rows) < 0.05, rng.exponential(100, n_rows), 0)
    scores = np.stack([margin, other, -margin - other], 1) + rng.gumbel(size=(n_rows, 3))
    return x, {
        "regression": number,
        "outliers": outliers,
        "counts": rng.poisson(np.exp(0.3 + 0.5 * margin)).astype(float),
        "binary": (margin + rng.logistic(size=n_rows) > 0.5).astype(float),
        "three classes": scores.argmax(1).astype(float),
    }


def cases(n_rows, y):
    """(label, target, learner, parameters, scikit-learn's estimator for standardised columns, the same exactly, how its target is
    changed, scale of its coefficients)."""

    def newton(**kind):
        return LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=1000, **kind)

    def standardized(values):
        return (values - values.mean()) / values.std()

    number, outliers, mean = y["regression"], y["outliers"], y["counts"].mean()
    yield "ridge", "regression", "linear_regression", {}, Ridge(), Ridge(solver="svd"), None, 1
    yield ("elastic net", "regression", "elastic_net", {}, ElasticNet(alpha=0.01), ElasticNet(alpha=0.01, tol=1e-10, max_iter=5000, precompute=True),
           standardized, number.std())
    yield "logistic, two classes", "binary", "logistic_regression", {}, LogisticRegression(), newton(), None, 1
    yield "logistic, three classes", "three classes", "logistic_regression", {}, LogisticRegression(), LogisticRegression(tol=1e-8, max_iter=10_000), None, 1
    c = 20 / n_rows
    lasso = {"C": c, "penalty": "l1", "solver": "saga"}
    yield ("logistic, two classes, L1", "binary", "logistic_regression", {"c": c, "l1_ratio": 1.0},
           LogisticRegression(**lasso), LogisticRegression(**lasso, tol=1e-7, max_iter=1000), None, 1)
    both = {"C": c, "penalty": "elasticnet", "l1_ratio": 0.5, "solver": "saga"}
    yield ("logistic, three classes, elastic net", "three classes", "logistic_regression", {"c": c, "l1_ratio": 0.5},
           LogisticRegression(**both), LogisticRegression(**both, tol=1e-7, max_iter=300), None, 1)
    poisson = {"alpha": 0.001, "max_iter": 1000}
    yield ("Poisson", "counts", "poisson_regression", {"alpha": 0.001}, PoissonRegressor(**poisson),
           PoissonRegressor(**poisson, solver="newton-cholesky", tol=1e-10), lambda values: values / mean, 1)
    yield ("Huber", "outliers", "huber_regression", {}, HuberRegressor(max_iter=1000), HuberRegressor(max_iter=10_000, tol=1e-9),
           standardized, outliers.std())


def ours(task, learner, parameters, folder, n_runs):
    """The predictor, and CPU seconds of a fit."""
    command = [EXAMPLE, task, learner, json.dumps(parameters), str(folder)]

    def cpu(n_fits):
        child = subprocess.Popen([*command, str(n_fits)], stdout=subprocess.PIPE)
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status != 0:
            sys.exit(f"{' '.join(command)} ended with {status}")
        return out, usage.ru_utime + usage.ru_stime

    predictor = json.loads(cpu(1)[0])
    seconds = [(cpu(1 + N_FITS)[1] - cpu(1)[1]) / N_FITS for _ in range(n_runs)]
    return predictor["linear"], median(seconds)


def theirs(estimator, exact, x, y, n_runs):
    """Coefficients for standardised columns, those of the minimum, and CPU seconds of a fit with its scaler."""
    seconds = []
    for _ in range(n_runs + 1):
        started = time.process_time()
        z = StandardScaler().fit_transform(x)
        estimator.fit(z, y)
        seconds.append(time.process_time() - started)
    return np.atleast_2d(estimator.coef_), np.atleast_2d(exact.fit(z, y).coef_), median(seconds[1:])


def compare(n_rows, n_columns, n_runs, wanted):
    x, targets = table(n_rows, n_columns, 1)
    rows = []
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        folder = pathlib.Path(folder)
        x.astype("<f8").tofile(folder / "x.f64")
        for label, target, learner, parameters, estimator, exact, change, scale in cases(n_rows, targets):
            if label not in wanted:
                continue
            y = targets[target]
            y.astype("<f8").tofile(folder / "y.f64")
            task = {"binary": "2", "three classes": "3"}.get(target, "regression")
            predictor, seconds = ours(task, learner, parameters, folder, n_runs)
            reference, minimum, reference_seconds = theirs(estimator, exact, x, change(y) if change else y, n_runs)
            found = np.array(predictor["coefficients"]) * x.std(0) / scale

            def apart(coefficients):
                """As a share of the largest coefficient."""
                return float(np.abs(coefficients - minimum).max() / np.abs(minimum).max())

            rows.append({
                "label": label, "seconds": seconds, "reference_seconds": reference_seconds, "ratio": seconds / reference_seconds,
                "apart": apart(found), "reference_apart": apart(reference),
            })
            print(f"{n_rows} x {n_columns} {label}: {seconds:.3f} s, scikit-learn {reference_seconds:.3f} s, ratio {seconds / reference_seconds:.2f}, "
                  f"apart {apart(found):.1e}, scikit-learn {apart(reference):.1e}", file=sys.stderr)
    return {"n_rows": n_rows, "n_columns": n_columns, "n_runs": n_runs, "rows": rows}


SMOOTH = ["ridge", "elastic net", "logistic, two classes", "logistic, three classes", "Poisson", "Huber"]
L1 = ["logistic, two classes, L1", "logistic, three classes, elastic net"]


def main():
    wanted = sys.argv[2:] or SMOOTH + L1
    tables = [compare(100_000, 50, 5, wanted), compare(8_000, 1_500, 3, [label for label in wanted if label in SMOOTH])]
    keep("linear", {"sklearn_version": sklearn.__version__, "tables": tables})


main()
