"""Our gradient boosting beside LightGBM, XGBoost, CatBoost and scikit-learn's HistGradientBoosting, all with their defaults.

Quality: every table of `tables.py`, a quarter of its rows held out, five splits; each library gets the same rows, categories as
categories and missing values as they are. Speed: CPU time of one thread on two generated tables, numbers and categories mixed, the
libraries in turn; prediction of the same rows; and the wall time of two threads beside one. `PARTS=speed` in the environment measures
that part alone, on a machine that does nothing else.
"""

import importlib.metadata
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

import tables

FOLDER = pathlib.Path(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", pathlib.Path.home() / ".cache/mlwright/target"))
N_SPLITS = 5
# CatBoost's thousand rounds take minutes a fit on larger tables: there it is left out, and the ranks are those of the others.
CATBOOST_OUTPUTS_MAX = 30_000
PEERS = ["LightGBM", "XGBoost", "CatBoost", "HistGradientBoosting"]
OURS = "mlwright"


def ours(train, test, y, codes, task, n_classes, seed, threads=1, learner=None):
    """Predictions of the test rows, and times: one process of the example `boost`."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        path = lambda name: os.path.join(folder, name)
        for name, values in [("train", train), ("test", test), ("target", y)]:
            np.ascontiguousarray(values, dtype="<f8").tofile(path(name))
        job = {
            "train": path("train"), "test": path("test"), "target": path("target"), "predictions": path("predictions"),
            "categorical": codes, "task": task, "n_classes": n_classes, "seed": seed, "threads": threads,
            "learner": learner or {"name": "gradient_boosting"},
        }
        pathlib.Path(path("task.json")).write_text(json.dumps(job))
        ended = subprocess.run([TARGET / "release/examples/boost", path("task.json")], capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            sys.exit(ended.stderr)
        predictions = np.fromfile(path("predictions"), dtype="<f8").reshape(len(test), -1)
    return predictions[:, 0] if task == "regression" else predictions, json.loads(ended.stdout)


def frame_of(x, codes):
    """A pandas frame with category columns, which LightGBM, XGBoost and scikit-learn take as they are."""
    columns = {}
    for position, n_codes in enumerate(codes):
        column = x[:, position]
        if n_codes is None:
            columns[f"c{position}"] = column
        else:
            known = np.where(np.isnan(column), -1, column).astype(int)
            columns[f"c{position}"] = pd.Categorical.from_codes(known, categories=range(n_codes))
    return pd.DataFrame(columns)


def estimator(name, codes, task, seed, threads):
    classes = task != "regression"
    if name == "LightGBM":
        from lightgbm import LGBMClassifier, LGBMRegressor

        return (LGBMClassifier if classes else LGBMRegressor)(n_jobs=threads, random_state=seed, verbose=-1)
    if name == "XGBoost":
        from xgboost import XGBClassifier, XGBRegressor

        return (XGBClassifier if classes else XGBRegressor)(n_jobs=threads, random_state=seed, enable_categorical=True, tree_method="hist")
    if name == "CatBoost":
        from catboost import CatBoostClassifier, CatBoostRegressor

        categories = [position for position, n_codes in enumerate(codes) if n_codes is not None]
        return (CatBoostClassifier if classes else CatBoostRegressor)(
            thread_count=threads, random_seed=seed, verbose=False, allow_writing_files=False, cat_features=categories)
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    # It takes at most 255 categories a column; more are numbers to it.
    categories = [n_codes is not None and n_codes <= 255 for n_codes in codes]
    return (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(random_state=seed, categorical_features=categories)


def input_of(name, x, codes):
    if name == "HistGradientBoosting":
        return x
    frame = frame_of(x, codes)
    if name == "CatBoost":
        for position, n_codes in enumerate(codes):
            if n_codes is not None:
                frame[f"c{position}"] = frame[f"c{position}"].astype(object).where(frame[f"c{position}"].notna(), "missing").astype(str)
    return frame


def peer(name, train, test, y, codes, task, seed, threads=1):
    """As `ours`. The CPU time is of the fit alone: making the frame does not count."""
    from threadpoolctl import threadpool_limits

    x, x_test = input_of(name, train, codes), input_of(name, test, codes)
    fitted = estimator(name, codes, task, seed, threads)
    y = y if task == "regression" else y.astype(int)
    with threadpool_limits(threads):
        cpu, wall = time.process_time(), time.perf_counter()
        fitted.fit(x, y)
        times = {"fit_cpu_seconds": time.process_time() - cpu, "fit_seconds": time.perf_counter() - wall}
        cpu, wall = time.process_time(), time.perf_counter()
        predictions = fitted.predict(x_test) if task == "regression" else fitted.predict_proba(x_test)
        times |= {"predict_cpu_seconds": time.process_time() - cpu, "predict_seconds": time.perf_counter() - wall}
    return predictions, times


def score(task, truth, predictions):
    """What is told of a table: RMSE, or log loss and, of two classes, AUC."""
    from sklearn.metrics import log_loss, roc_auc_score

    if task == "regression":
        return {"rmse": float(np.sqrt(np.mean((truth - predictions) ** 2)))}
    told = {"log_loss": float(log_loss(truth, np.clip(predictions, 1e-15, 1), labels=range(predictions.shape[1])))}
    if task == "binary":
        told["auc"] = float(roc_auc_score(truth, predictions[:, 1]))
    return told


def split(y, task, seed):
    from sklearn.model_selection import train_test_split

    counts = np.unique(y, return_counts=True)[1]
    stratify = y if task != "regression" and counts.min() >= 2 else None
    return train_test_split(np.arange(len(y)), test_size=0.25, random_state=seed, stratify=stratify)


def quality_of(library, name, load, task, seed, learner=None):
    """One library on one split of one table."""
    x, codes, y, n_classes = tables.encoded(*load(), task)
    train, test = split(y, task, seed)
    if library == OURS:
        predictions, _ = ours(x[train], x[test], y[train], codes, task, n_classes, seed, learner=learner)
    else:
        predictions, _ = peer(library, x[train], x[test], y[train], codes, task, seed)
    return score(task, y[test], predictions)


def kept_quality_of(library, name, load, task, seed):
    """As `quality_of`; of a peer it is kept, by version, for it stays the same while ours changes and takes most of the time."""
    if library == OURS:
        return quality_of(library, name, load, task, seed)
    package = {"HistGradientBoosting": "scikit-learn"}.get(library, library.lower())
    path = FOLDER / "peers" / f"{package}-{importlib.metadata.version(package)}" / f"{name}-{seed}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        told = json.dumps(quality_of(library, name, load, task, seed))
        path.with_suffix(".part").write_text(told)
        path.with_suffix(".part").rename(path)
    return json.loads(path.read_text())


def quality(libraries):
    scores = {}
    for name, (load, task) in tables.tables().items():
        measure = {"regression": "rmse", "binary": "auc", "multiclass": "log_loss"}[task]
        of = {}
        _, _, y, n_classes = tables.encoded(*load(), task)
        outputs = len(y) * (n_classes if task == "multiclass" else 1)
        for library in libraries:
            if library == "CatBoost" and outputs > CATBOOST_OUTPUTS_MAX:
                continue
            told = [kept_quality_of(library, name, load, task, seed) for seed in range(N_SPLITS)]
            of[library] = {key: statistics.median(one[key] for one in told) for key in told[0]}
        scores[name] = {"measure": measure, "scores": of}
        print(name, measure, {library: round(one[measure], 5) for library, one in of.items()}, file=sys.stderr, flush=True)
    return scores


def ranks(scores):
    """The mean rank of each library, 1 the best, over the tables that CatBoost has, and of the others over all; equals share."""
    from scipy.stats import rankdata

    def mean(libraries):
        rows = []
        for one in scores.values():
            if all(library in one["scores"] for library in libraries):
                sign = -1 if one["measure"] == "auc" else 1
                rows.append(rankdata([sign * one["scores"][library][one["measure"]] for library in libraries]))
        return {"n_tables": len(rows), "ranks": dict(zip(libraries, np.mean(rows, axis=0).round(2).tolist()))}

    return {"all_libraries": mean([OURS, *PEERS]), "all_tables": mean([OURS, *(peer for peer in PEERS if peer != "CatBoost")])}


def generated(n_rows, n_columns, seed=1):
    """Numbers and, one column in five, categories (3 to 50 levels); 2 % missing in every fourth column; a binary target."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_rows, n_columns))
    codes, margin = [None] * n_columns, np.zeros(n_rows)
    for column in range(n_columns):
        if column % 5 == 4:
            codes[column] = int(rng.choice([3, 8, 20, 50]))
            x[:, column] = rng.integers(0, codes[column], n_rows)
            margin += rng.normal(0, 0.5, codes[column])[x[:, column].astype(int)]
        elif column % 5 == 3:
            x[:, column] = rng.poisson(4, n_rows)
            margin += 0.1 * x[:, column]
        else:
            margin += rng.normal(0, 0.5) * np.sin(x[:, column] * rng.uniform(0.5, 2))
    margin += x[:, 0] * x[:, 1] - margin.mean()
    for column in range(0, n_columns, 4):
        x[rng.random(n_rows) < 0.02, column] = np.nan
    y = (rng.random(n_rows) < 1 / (1 + np.exp(-margin))).astype(float)
    return x, codes, y


def speed(n_runs=5):
    told = {}
    for n_rows, n_columns in [(100_000, 50), (1_000_000, 20)]:
        x, codes, y = generated(n_rows, n_columns)
        runs = {library: [] for library in [OURS, "LightGBM", "XGBoost", "HistGradientBoosting"]}
        walls = {1: [], 2: []}
        for run in range(n_runs):
            for library in runs:
                if library in ("XGBoost", "HistGradientBoosting") and run >= 1:
                    continue
                if library == OURS:
                    _, times = ours(x, x, y, codes, "binary", 2, run)
                    walls[1].append(times["fit_seconds"])
                    walls[2].append(ours(x, x[:1000], y, codes, "binary", 2, run, threads=2)[1]["fit_seconds"])
                else:
                    _, times = peer(library, x, x, y, codes, "binary", run)
                runs[library].append(times)
        middle = {library: {key: statistics.median(one[key] for one in of) for key in of[0] if of[0][key] is not None} for library, of in runs.items()}
        told[f"{n_rows:,} × {n_columns}"] = {
            "libraries": middle,
            "fit_ratio": middle[OURS]["fit_cpu_seconds"] / middle["LightGBM"]["fit_cpu_seconds"],
            "predict_ratio": middle[OURS]["predict_cpu_seconds"] / middle["LightGBM"]["predict_cpu_seconds"],
            "two_threads": statistics.median(one / two for one, two in zip(walls[1], walls[2])),
        }
        print(json.dumps(told, indent=1), file=sys.stderr, flush=True)
    return told


def one_row():
    """What one row costs inside the process, from raw values to the answer, as the example `prepare_rows` tells it."""
    told = subprocess.run([TARGET / "release/examples/prepare_rows", "row"], capture_output=True, text=True, check=True).stdout
    columns, trees, micros = re.search(r"one row of (\d+) mixed columns through preparation and (\d+) trees: ([\d.]+) µs", told).groups()
    return {"n_columns": int(columns), "n_trees": int(trees), "micros": float(micros)}


def main():
    for example in ["boost", "prepare_rows"]:
        subprocess.run(["cargo", "build", "--release", "-p", "mlwright-learn", "--example", example], cwd=ROOT, check=True)
    path = FOLDER / "boosting.json"
    parts = os.environ.get("PARTS", "quality,speed").split(",")
    figures = json.loads(path.read_text()) if path.exists() else {}
    if "quality" in parts:
        scores = quality([OURS, *PEERS])
        figures |= {"quality": scores, "ranks": ranks(scores)}
        path.write_text(json.dumps(figures, indent=1))
    if "speed" in parts:
        figures |= {"row": one_row(), "speed": speed()}
        path.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
