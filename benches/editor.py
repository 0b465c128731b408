"""What an editor waits for, over the Language Server Protocol on stdio, and `mlwright check` beside the linter waldean.

The script has N_LINES lines: cells of a real kind (a table is read, columns are made, split, fitted and judged), repeated with other names.
Completion is asked inside the quotes of a column right after an edit of that line; diagnostics are pulled after an edit in the middle.
Both include the edit. `check` and `waldean` read the same N_FILES scripts, each in one process."""

import importlib.metadata
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from lsp_client import Editor
from measure import FOLDER, MLWRIGHT, ROOT, keep, median, once, repeat

N_LINES = 5_000
N_REQUESTS = 200
N_FILES = 500

CELL = '''
frame_{i} = pd.read_csv("telco.csv")
frame_{i} = frame_{i}.dropna(subset=["tenure", "Churn"])
frame_{i}["per_month_{i}"] = frame_{i}["MonthlyCharges"] / (frame_{i}["tenure"] + 1)
frame_{i}["is_long_{i}"] = frame_{i}["tenure"] > 24
for column in ["gender", "Partner", "Contract"]:
    frame_{i}[column] = frame_{i}[column].str.lower().astype("category")
recent_{i} = frame_{i}[frame_{i}["is_long_{i}"]].groupby("Contract")["per_month_{i}"].mean().reset_index()
frame_{i} = frame_{i}.merge(recent_{i}, on="Contract", how="left", suffixes=("", "_mean"))
features_{i} = ["tenure", "MonthlyCharges", "per_month_{i}"]
X_train_{i}, X_test_{i}, y_train_{i}, y_test_{i} = train_test_split(
    frame_{i}[features_{i}], frame_{i}["Churn"], test_size=0.2, random_state={i}
)
model_{i} = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
model_{i}.fit(X_train_{i}, y_train_{i})
print(roc_auc_score(y_test_{i}, model_{i}.predict_proba(X_test_{i})[:, 1]))

def summary_{i}(table, by="Contract"):
    """Means of the charges in groups."""
    grouped = table.groupby(by)["MonthlyCharges"].agg(["mean", "count"])
    return grouped.sort_values("mean")
'''
HEAD = '''import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
'''


def script(n_lines):
    text, i = HEAD, 0
    while text.count("\n") < n_lines:
        text += CELL.format(i=i)
        i += 1
    return text


def typed(editor, uri, text):
    """Milliseconds of completions and of diagnostics, each after an edit."""
    editor.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}})
    editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    lines = text.splitlines()
    places = [n for n, line in enumerate(lines) if line.startswith("frame_") and '["tenure"]' in line]
    version, completions, diagnostics = 1, [], []
    for n in range(N_REQUESTS):
        line = places[(n * 37) % len(places)]
        column = lines[line].index('["tenure"]') + 2
        position = {"line": line, "character": column}

        def change(start, end, new):
            nonlocal version
            version += 1
            span = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
            editor.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": span, "text": new}]})

        started = time.perf_counter()
        change(column, column + len("tenure"), "")
        found = editor.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        completions.append((time.perf_counter() - started) * 1e3)
        items = found if isinstance(found, list) else found["items"]
        if not any(item["label"] == "tenure" for item in items):
            sys.exit(f"the column is not offered on line {line + 1}")
        started = time.perf_counter()
        change(column, column, "tenure")
        editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        diagnostics.append((time.perf_counter() - started) * 1e3)
    return completions, diagnostics


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def linters(folder):
    """Seconds of `mlwright check` and of waldean over the same scripts."""
    scripts = folder / "scripts"
    scripts.mkdir()
    for n in range(N_FILES):
        (scripts / f"script_{n:03}.py").write_text(HEAD + "".join(CELL.format(i=i) for i in range(n % 7, n % 7 + 4)))
    paths = sorted(str(path) for path in scripts.iterdir())

    def ours():
        ended = subprocess.run([MLWRIGHT, "--workspace", str(folder), "check", *paths, "--format", "json"], capture_output=True, text=True, check=False)
        if json.loads(ended.stdout)["n_files"] != N_FILES:
            sys.exit(ended.stderr)

    peer = pathlib.Path(sys.executable).with_name("waldean")

    def theirs():
        ended = subprocess.run([str(peer), "check", "--keep-going", "--format", "json", *paths], capture_output=True, text=True, check=False)
        if ended.returncode not in (0, 1, 2):
            sys.exit(ended.stderr)

    return median(repeat(5, ours)), median(once(1, theirs))


def main():
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        shutil.copy(ROOT / "examples/telco-churn/telco.csv", folder / "telco.csv")
        text = script(N_LINES)
        editor = Editor(folder)
        completions, diagnostics = typed(editor, (folder / "script.py").as_uri(), text)
        memory = editor.memory_mb()
        editor.end()
        ours, theirs = linters(folder)
        keep("editor", {
            "n_lines": text.count("\n"), "completion_p50_ms": median(completions), "completion_p95_ms": percentile(completions, 0.95),
            "diagnostics_p50_ms": median(diagnostics), "diagnostics_p95_ms": percentile(diagnostics, 0.95), "memory_mb": memory,
            "check_seconds": ours, "waldean_seconds": theirs, "ratio": theirs / ours, "n_files": N_FILES,
            "waldean_version": importlib.metadata.version("waldean"),
        })
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
