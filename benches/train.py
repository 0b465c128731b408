"""`train` beside FLAML, both with the same budget, and beside what one gets without a search: our own boosting, LightGBM's and
scikit-learn's, with their defaults.

Every table of `tables.py` (or those that `ONLY_TABLES` names, with commas): a quarter of its rows is held out, all get the same rest. What is
held out is our exam, so `train` is told to keep 1 % back for its own test only; FLAML refits on everything. Both may use two threads.
`BUDGET` in the environment is the budget in seconds (60). `train` and our own boosting are compared on `SPLITS` splits (3), the others,
FLAML for a minute each, on the first. `ONLY` names the libraries that are run anew; of the others the last figures are kept.

Whether a difference is more than noise is told by the test rows: 200 times as many are drawn from them, with replacement, and both are
scored on the same; with several splits, whose test rows are partly the same, the interval is as wide as that of one of them.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

import boosting
import tables
from measure import FOLDER, MLWRIGHT

BUDGET = float(os.environ.get("BUDGET", "60"))
# A score is even when it differs by no more than this share of what is left to gain: of 1 - AUC, of log loss, of RMSE.
NOISE = 0.01
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
MEASURES = {"binary": "auc", "multiclass": "log_loss", "regression": "rmse"}
SEED = 0
THREADS = 2
SPLITS = int(os.environ.get("SPLITS", "3"))
RESAMPLES = 200
LIBRARIES = ["mlwright train", "FLAML", "mlwright", "LightGBM", "HistGradientBoosting"]
# Those that are compared on every split.
OWN = ["mlwright train", "mlwright"]


def told(workspace, *arguments):
    ended = subprocess.run([MLWRIGHT, "--workspace", workspace, "--quiet", "--json", *arguments], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        sys.exit(f"{arguments}: {ended.stderr}")
    return json.loads(ended.stdout)


def searched(train, test, target, task, classes):
    """Our predictions of the test rows, what was chosen, and seconds."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as workspace:
        train.to_csv(os.path.join(workspace, "train.csv"), index=False)
        test.drop(columns=target).to_csv(os.path.join(workspace, "test.csv"), index=False)
        started = time.perf_counter()
        answer = told(
            workspace, "train", "--table", "train.csv", "--target", target, "--task", task, "--metric", METRICS[task],
            "--test-fraction", "0.01", "--budget-seconds", str(BUDGET), "--wait-seconds", "600")
        seconds = time.perf_counter() - started
        result = answer["result"]
        told(workspace, "batch-predict", "--model", result["model_uri"], "--table", "test.csv", "--output", "out.csv", "--wait-seconds", "600")
        out = pd.read_csv(os.path.join(workspace, "out.csv"), keep_default_na=False)
    if task == "regression":
        predictions = out["prediction"].astype(float).to_numpy()
    else:
        predictions = out[[f"probability_{name}" for name in classes]].astype(float).to_numpy()
    return predictions, {"seconds": seconds, "chosen": result["best_learner"], "board": result["leaderboard"][:3], "n": result["n_candidates"], "warnings": result["warnings"]}


def flaml(train, test, target, task, classes):
    from flaml import AutoML

    automl = AutoML()
    x, y = train.drop(columns=target), train[target]
    if task != "regression":
        y = y.map({name: code for code, name in enumerate(classes)})
    started = time.perf_counter()
    automl.fit(
        x, y, task="regression" if task == "regression" else "classification", metric={"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}[task],
        time_budget=BUDGET, n_jobs=THREADS, seed=SEED + 1, verbose=0, log_file_name="")
    seconds = time.perf_counter() - started
    x = test.drop(columns=target)
    predictions = automl.predict(x) if task == "regression" else automl.predict_proba(x)
    return np.asarray(predictions), {"seconds": seconds, "chosen": automl.best_estimator}


def measured(name, load, task, kept):
    frame, target = load()
    if task != "regression":
        # As text, so that both sides see the same classes.
        frame = frame.assign(**{target: "c" + frame[target].astype(str)})
    x, codes, y, n_classes = tables.encoded(frame, target, task)
    classes = sorted(frame[target].unique()) if task != "regression" else None
    only = os.environ.get("ONLY", ",".join(LIBRARIES)).split(",")
    splits = []
    for seed in range(SEED, SEED + SPLITS):
        train_rows, test_rows = boosting.split(y, task, seed)
        train, test = frame.iloc[train_rows].reset_index(drop=True), frame.iloc[test_rows].reset_index(drop=True)
        inputs = (x[train_rows], x[test_rows], y[train_rows], codes, task)
        work = {
            "mlwright train": lambda: searched(train, test, target, task, classes),
            "FLAML": lambda: flaml(train, test, target, task, classes),
            "mlwright": lambda: boosting.ours(*inputs, n_classes, SEED, threads=THREADS),
            "LightGBM": lambda: boosting.peer("LightGBM", *inputs, SEED, THREADS),
            "HistGradientBoosting": lambda: boosting.peer("HistGradientBoosting", *inputs, SEED, THREADS),
        }
        told, scores, about = {}, {}, {}
        for library in LIBRARIES if seed == SEED else OWN:
            if library in only:
                told[library], about[library] = work[library]()
                scores[library] = boosting.score(task, y[test_rows], told[library])[MEASURES[task]]
            elif kept and library in kept["scores"] and seed == SEED:
                scores[library], about[library] = kept["scores"][library], kept["about"].get(library, {})
        noise = spread(task, y[test_rows], told["mlwright train"], told["mlwright"]) if set(OWN) <= told.keys() else None
        splits.append({"seed": seed, "scores": scores, "about": about, "spread": noise})
        line = {library: round(value, 5) for library, value in scores.items()}
        seconds = {library: round(one["seconds"]) for library, one in about.items() if "seconds" in one}
        print(name, seed, MEASURES[task], line, seconds, noise, file=sys.stderr, flush=True)
    first = splits[0]
    return {"task": task, "measure": MEASURES[task], "n_rows": len(frame), "scores": first["scores"], "about": first["about"], "splits": splits}


def spread(task, truth, ours, other):
    """The standard deviation of how much better one is than another, by what rows are tested."""
    rng, gains = np.random.default_rng(0), []
    while len(gains) < RESAMPLES:
        rows = rng.integers(len(truth), size=len(truth))
        if task == "binary" and len(np.unique(truth[rows])) < 2:
            continue
        one, two = (boosting.score(task, truth[rows], predictions[rows])[MEASURES[task]] for predictions in (ours, other))
        gains.append(gain(MEASURES[task], one, two))
    return float(np.std(gains))


def gain(measure, own, its):
    """How much better one score is than another, as a share of what is left to gain; below 0 when worse."""
    if measure == "auc":
        own, its = 1 - own, 1 - its
    return (its - own) / max(abs(its), 1e-12)


def better_by(one, library, other):
    """As `gain`, of a table's first split."""
    return gain(one["measure"], one["scores"][library], one["scores"][other])


def against_own(one):
    """How much better `train` is than our own boosting over the splits of a table, and the 95 % interval."""
    gains = [gain(one["measure"], split["scores"]["mlwright train"], split["scores"]["mlwright"]) for split in one["splits"]]
    spreads = [split["spread"] for split in one["splits"]]
    mean, half = float(np.mean(gains)), 1.96 * float(np.mean(spreads))
    return {"gain": mean, "low": mean - half, "high": mean + half}


def summary(measures):
    flaml_gains = [better_by(one, "mlwright train", "FLAML") for one in measures.values()]
    own = {name: against_own(one) for name, one in measures.items()}
    return {
        "budget_seconds": BUDGET,
        "noise": NOISE,
        "n_tables": len(measures),
        "n_splits": SPLITS,
        "better_than_flaml": sum(gain > 0 for gain in flaml_gains),
        "even_or_better_than_flaml": sum(gain > -NOISE for gain in flaml_gains),
        "against_own_boosting": own,
        "better_than_own_boosting": sum(one["gain"] > 0 for one in own.values()),
        "worse_than_own_boosting": sum(one["high"] < 0 for one in own.values()),
    }


def main():
    warnings.filterwarnings("ignore")
    # What libraries leave where they run.
    os.chdir(FOLDER)
    wanted = os.environ["ONLY_TABLES"].split(",") if os.environ.get("ONLY_TABLES") else []
    kept = FOLDER / "train.json"
    before = json.loads(kept.read_text())["tables"] if kept.exists() else {}
    measures = {}
    for name, (load, task) in tables.tables().items():
        if wanted and name not in wanted:
            continue
        measures[name] = measured(name, load, task, before.get(name))
        (FOLDER / "train.new.json").write_text(json.dumps({"tables": measures}, indent=1))
    told = {"tables": measures}
    if all({"FLAML", *OWN} <= one["scores"].keys() for one in measures.values()):
        told = {"summary": summary(measures), **told}
    (FOLDER / "train.new.json").write_text(json.dumps(told, indent=1))
    (FOLDER / "train.new.json").replace(kept)


if __name__ == "__main__":
    main()
