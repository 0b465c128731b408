"""What an editor shows for a script: columns, shapes, leakage with its mend, renaming."""

from lsprotocol import types

TABLE = "tenure,charges,contract,churn\n" + "".join(f"{n},{n * 1.5},{'monthly' if n % 2 else 'yearly'},{n % 3 == 0}\n" for n in range(60))

LEAKY = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("churn.csv")
X, y = df[["tenure", "charges"]], df["churn"]
scaler = StandardScaler()
X_scaled = scaler.|fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X_scaled, y, random_state=0)
print(LogisticRegression().fit(X_train, y_train).score(X_test, y_test))
"""


async def test_columns_are_offered_in_strings(editor):
    editor.put("churn.csv", TABLE)
    labels = await editor.labels("a.py", 'import pandas as pd\ndf = pd.read_csv("churn.csv")\nprint(df["|"])\n')
    assert set(labels[:4]) == {"tenure", "charges", "contract", "churn"}
    unfinished = await editor.labels("b.py", 'import pandas as pd\ndf = pd.read_csv("churn.csv")\nx = df.groupby("|\n')
    assert "contract" in unfinished


async def test_files_are_offered_in_paths(editor):
    editor.put("churn.csv", TABLE)
    assert "churn.csv" in await editor.labels("a.py", 'import pandas as pd\ndf = pd.read_csv("|")\n')


async def test_hover_shows_a_columns_values(editor):
    editor.put("churn.csv", TABLE)
    document, place = editor.open("a.py", 'import pandas as pd\ndf = pd.read_csv("churn.csv")\nprint(df["con|tract"])\n')
    hover = await editor.client.text_document_hover_async(types.HoverParams(document, place))
    assert "contract" in hover.contents.value and "monthly" in hover.contents.value


async def test_leakage_is_found_and_mended(editor):
    editor.put("churn.csv", TABLE)
    document, place = editor.open("a.py", LEAKY)
    found = await editor.diagnostics(document)
    [leak] = [diagnostic for diagnostic in found if diagnostic.code == "MLW101"]
    assert leak.range.start.line == 8
    context = types.CodeActionContext([leak])
    actions = await editor.client.text_document_code_action_async(types.CodeActionParams(document, types.Range(place, place), context))
    [mend] = [action for action in actions if action.title.startswith("Split first")]
    edits = mend.edit.document_changes[0].edits if mend.edit.document_changes else mend.edit.changes[document.uri]
    mended = applied(LEAKY.replace("|", ""), edits)
    assert "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)" in mended
    again, _ = editor.open("b.py", mended)
    assert not [diagnostic for diagnostic in await editor.diagnostics(again) if diagnostic.code == "MLW101"]


async def test_an_unknown_column_is_found_with_what_was_meant(editor):
    editor.put("churn.csv", TABLE)
    document, _ = editor.open("a.py", 'import pandas as pd\ndf = pd.read_csv("churn.csv")\nprint(df["tenur"])\n')
    [unknown] = await editor.diagnostics(document)
    assert unknown.code == "MLW301" and "tenure" in unknown.message


async def test_shapes_are_hinted(editor):
    editor.put("churn.csv", TABLE)
    document, _ = editor.open("a.py", 'import pandas as pd\ndf = pd.read_csv("churn.csv")\nsome = df[["tenure", "churn"]]\n')
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    hints = await editor.client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    assert [hint.label.rsplit(" ", 1)[-1] for hint in hints] == ["4", "2"]


async def test_settings_leave_rules_out(editor):
    editor.put("churn.csv", TABLE)
    editor.put("mlwright.toml", '[check]\nignore = ["MLW101"]\n')
    document, _ = editor.open("a.py", LEAKY)
    assert not [diagnostic for diagnostic in await editor.diagnostics(document) if diagnostic.code == "MLW101"]


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """The text after edits that do not overlap."""
    lines = text.split("\n")

    def offset(place: types.Position) -> int:
        return sum(len(line) + 1 for line in lines[: place.line]) + place.character

    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text
