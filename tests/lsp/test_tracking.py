"""“Log this fit to tracking”: what an editor makes of it is Python, whatever stands around the fit.

That it runs: MLWRIGHT_MLFLOW names a Python with mlflow, scikit-learn and pandas, and one test more runs.
"""

import ast
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
@pytest.mark.parametrize("name", SCRIPTS)
async def test_it_runs_and_leaves_a_run(editor, name):
    written = await logged(editor, SCRIPTS[name])
    editor.put("script.py", written)
    store = pathlib.Path(editor.folder, "store")
    environment = {**os.environ, "MLFLOW_TRACKING_URI": store.as_uri(), "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    python = os.environ["MLWRIGHT_MLFLOW"]
    ran = subprocess.run([python, "script.py"], cwd=editor.folder, env=environment, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, f"{written}\n{ran.stderr}"
    look = (
        "import mlflow, json\n"
        "runs = mlflow.search_runs(search_all_experiments=True, output_format='list')\n"
        "models = mlflow.search_logged_models(output_format='list')\n"
        "print(json.dumps([[len(r.data.params), sorted(r.data.metrics), r.info.status] for r in runs] + [[m.name for m in models]]))\n"
    )
    seen = subprocess.run([python, "-c", look], cwd=editor.folder, env=environment, capture_output=True, text=True, timeout=300)
    assert seen.returncode == 0, seen.stderr
    print(name, seen.stdout.strip().splitlines()[-1])
    assert "FINISHED" in seen.stdout and "churn" in seen.stdout
