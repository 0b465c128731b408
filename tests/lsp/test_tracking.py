"""“Log this fit to tracking”: what an editor makes of it is Python, whatever stands around the fit.

That it runs: MLWRIGHT_MLFLOW names a Python with mlflow, scikit-learn and pandas, and one test more runs.
"""

import ast
import asyncio
import json
import os
import pathlib
import subprocess

import pytest
from lsprotocol import types
from test_python import TABLE

TITLE = "Log this fit to tracking"

HEAD = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split

df = pd.read_csv("churn.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["tenure", "charges"]], df["churn"], random_state=0)
"""

SCRIPTS = {
    "plain": HEAD
    + """\
model = LogisticRegression()
model.|fit(X_train, y_train)
accuracy = accuracy_score(y_test, model.predict(X_test))
auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
print(accuracy, auc)
""",
    "chained": HEAD + "model = LogisticRegression(\n    C=0.5,  # little\n).|fit(\n    X_train, y_train\n)\n",
    "literal": HEAD + 'model = LogisticRegression()\nmodel.|fit(X_train, y_train)\nnote = """\n one\n  two\n"""\naccuracy = model.score(X_test, y_test)\nprint(note)\n',
    "loop": HEAD + "for c in [0.1, 1.0]:\n\tmodel = LogisticRegression(C=c)\n\tmodel.|fit(X_train, y_train)\n\taccuracy = model.score(X_test, y_test)\n\tprint(accuracy)\n",
    "function": HEAD + "def train(c):\n    model = LogisticRegression(C=c)\n    model.|fit(X_train, y_train)\n    accuracy = model.score(X_test, y_test)\n    return accuracy\n\nprint(train(1.0))\n",
    "search": HEAD + 'search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)\nsearch.|fit(X_train, y_train)\naccuracy = search.score(X_test, y_test)\n',
    "docstring": '"""What this is."""\n' + HEAD + "model = LogisticRegression()\nif True:\n    model.|fit(X_train, y_train)\nelse:\n    pass\n",
    "attribute": HEAD + "class Trainer:\n    def __init__(self):\n        self.model = LogisticRegression()\n\n    def run(self):\n        self.model.|fit(X_train, y_train)\n        return self\n\nTrainer().run()\n",
    "last line": HEAD + "model = LogisticRegression()\nmodel.|fit(X_train, y_train)",
}


async def logged(editor, script: str) -> str | None:
    """The script after the action; nothing where it is not offered."""
    editor.put("churn.csv", TABLE)
    document, place = editor.open("script.py", script)
    params = types.CodeActionParams(document, types.Range(place, place), types.CodeActionContext([]))
    actions = await editor.client.text_document_code_action_async(params)
    offered = [action for action in actions if action.title == TITLE]
    if not offered:
        return None
    edit = offered[0].edit
    if edit is None:
        # Editors without literals of actions get the edit as a command.
        edit = editor.client.protocol._converter.structure(offered[0].arguments[0], types.WorkspaceEdit)
    edits = edit.document_changes[0].edits if edit.document_changes else edit.changes[document.uri]
    return applied(script.replace("|", ""), edits)


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """The text after edits that do not overlap; of two at one place the first comes first."""

    def offset(place: types.Position) -> int:
        return sum(len(line) + 1 for line in text.split("\n")[: place.line]) + place.character

    places = [(offset(edit.range.start), offset(edit.range.end), edit.new_text) for edit in edits]
    done, at = "", 0
    for start, end, new in sorted(places, key=lambda place: place[0]):
        done, at = done + text[at:start] + new, end
    return done + text[at:]


@pytest.mark.parametrize("name", SCRIPTS)
async def test_what_is_written_is_python_with_the_fit_in_a_run(editor, name):
    written = await logged(editor, SCRIPTS[name])
    assert written is not None
    tree = ast.parse(written)
    runs = [node for node in ast.walk(tree) if isinstance(node, ast.With) and "start_run" in ast.unparse(node.items[0])]
    [run] = runs
    inside = ast.unparse(run)
    assert ".fit(X_train, y_train)" in inside and "mlflow.log_params(" in inside and "mlflow.sklearn.log_model(" in inside
    assert written.count("import mlflow") == 1
    # The rest says what it said.
    before = ast.dump(ast.parse(SCRIPTS[name].replace("|", "")))
    for literal in [node.value for node in ast.walk(ast.parse(SCRIPTS[name].replace("|", ""))) if isinstance(node, ast.Constant)]:
        assert repr(literal) in before and literal in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    again = written.replace(".fit(X_train", ".|fit(X_train", 1)
    assert await logged(editor, again) is None, "it is logged already"


@pytest.mark.skipif("MLWRIGHT_MLFLOW" not in os.environ, reason="MLWRIGHT_MLFLOW names no Python with mlflow")
@pytest.mark.parametrize("connection", ["visual_studio_code"], indirect=True)
async def test_it_runs_and_leaves_a_run(editor):
    for n, script in enumerate(SCRIPTS.values()):
        editor.put(f"script_{n}.py", await logged(editor, script))
    editor.put("all.py", RUN_ALL)
    store = pathlib.Path(editor.folder, "store").as_uri()
    environment = {**os.environ, "MLFLOW_TRACKING_URI": store, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    command = [os.environ["MLWRIGHT_MLFLOW"], "all.py", str(len(SCRIPTS))]
    ran = await asyncio.to_thread(subprocess.run, command, cwd=editor.folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    left = dict(zip(SCRIPTS, json.loads(ran.stdout.splitlines()[-1])))
    fit = {"status": "FINISHED", "name": "LogisticRegression", "params": True, "metrics": ["accuracy"], "models": ["churn"]}
    assert left == {
        "plain": [{**fit, "metrics": ["accuracy", "auc"]}],
        "chained": [{**fit, "metrics": []}],
        "literal": [fit],
        "loop": [fit, fit],
        "function": [fit],
        "search": [{**fit, "name": "GridSearchCV"}],
        "docstring": [{**fit, "metrics": []}],
        "attribute": [{**fit, "metrics": []}],
        "last line": [{**fit, "metrics": []}],
    }


# Runs each script, and tells what it has left in the store.
RUN_ALL = """
import json, runpy, sys
import mlflow

def runs():
    return mlflow.search_runs(search_all_experiments=True, output_format="list")

left, known = [], set()
for n in range(int(sys.argv[1])):
    runpy.run_path(f"script_{n}.py", run_name="__main__")
    new = [run for run in runs() if run.info.run_id not in known]
    known |= {run.info.run_id for run in new}
    models = mlflow.MlflowClient().search_logged_models([mlflow.get_experiment_by_name("churn-churn").experiment_id])
    left.append([
        {
            "status": run.info.status,
            "name": run.info.run_name,
            "params": bool(run.data.params),
            "metrics": sorted(run.data.metrics),
            "models": [model.name for model in models if model.source_run_id == run.info.run_id],
        }
        for run in new
    ])
print()
print(json.dumps(left))
"""
