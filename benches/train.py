"""`train` beside FLAML, both with the same budget, and beside what one gets without a search: our own boosting, LightGBM's and
scikit-learn's, with their defaults.

Every table of `tables.py` (or those that `ONLY_TABLES` names, with commas): a quarter of its rows is held out, all get the same rest. What is
held out is our exam, so `train` is told to keep 1 % back for its own test only; FLAML refits on everything. Both may use two threads.
`BUDGET` in the environment is the budget in seconds (60).
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


def measured(name, load, task):
    frame, target = load()
    if task != "regression":
        # As text, so that both sides see the same classes.
        frame = frame.assign(**{target: "c" + frame[target].astype(str)})
    x, codes, y, n_classes = tables.encoded(frame, target, task)
    train_rows, test_rows = boosting.split(y, task, SEED)
    train, test = frame.iloc[train_rows].reset_index(drop=True), frame.iloc[test_rows].reset_index(drop=True)
    classes = sorted(frame[target].unique()) if task != "regression" else None
    found, about = {}, {}
    only = os.environ.get("ONLY", "mlwright train,FLAML,mlwright,LightGBM,HistGradientBoosting").split(",")
    for library, work in [
        ("mlwright train", lambda: searched(train, test, target, task, classes)),
        ("FLAML", lambda: flaml(train, test, target, task, classes)),
        ("mlwright", lambda: boosting.ours(x[train_rows], x[test_rows], y[train_rows], codes, task, n_classes, SEED, threads=THREADS)),
        ("LightGBM", lambda: boosting.peer("LightGBM", x[train_rows], x[test_rows], y[train_rows], codes, task, SEED, THREADS)),
        ("HistGradientBoosting", lambda: boosting.peer("HistGradientBoosting", x[train_rows], x[test_rows], y[train_rows], codes, task, SEED, THREADS)),
    ]:
        if library not in only:
            continue
        predictions, about[library] = work()
        found[library] = boosting.score(task, y[test_rows], predictions)[MEASURES[task]]
    return {"task": task, "measure": MEASURES[task], "n_rows": len(frame), "scores": found, "about": about}


def better_by(one, library, other):
    """How much better a library is than another, as a share of what is left to gain; below 0 when worse."""
    own, its = one["scores"][library], one["scores"][other]
    if one["measure"] == "auc":
        own, its = 1 - own, 1 - its
    return (its - own) / max(abs(its), 1e-12)


def summary(measures):
    against = lambda other: [better_by(one, "mlwright train", other) for one in measures.values()]
    flaml_gains, own_gains = against("FLAML"), against("mlwright")
    return {
        "budget_seconds": BUDGET,
        "noise": NOISE,
        "n_tables": len(measures),
        "better_than_flaml": sum(gain > 0 for gain in flaml_gains),
        "even_or_better_than_flaml": sum(gain > -NOISE for gain in flaml_gains),
        "worse_than_own_boosting": sum(gain < -NOISE for gain in own_gains),
    }


def main():
    warnings.filterwarnings("ignore")
    # What libraries leave where they run.
    os.chdir(FOLDER)
    wanted = os.environ["ONLY_TABLES"].split(",") if os.environ.get("ONLY_TABLES") else []
    measures = {}
    for name, (load, task) in tables.tables().items():
        if wanted and name not in wanted:
            continue
        measures[name] = measured(name, load, task)
        line = {library: round(value, 5) for library, value in measures[name]["scores"].items()}
        print(name, measures[name]["measure"], line, {k: {a: b for a, b in v.items() if a in ("seconds", "chosen", "n")} for k, v in measures[name]["about"].items() if "seconds" in v}, file=sys.stderr, flush=True)
        (FOLDER / "train.json").write_text(json.dumps({"tables": measures}, indent=1))
    if all({"FLAML", "mlwright", "mlwright train"} <= one["scores"].keys() for one in measures.values()):
        (FOLDER / "train.json").write_text(json.dumps({"summary": summary(measures), "tables": measures}, indent=1))


if __name__ == "__main__":
    main()
