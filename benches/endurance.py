"""What the language server does under an editor that never rests: N_SECONDS of random edits, EDITS_PER_SECOND, with questions in between that
nobody waits for, while the table that the script reads is replaced again and again; then the same in a notebook of N_CELLS cells.

Told are the answers that did not come, the longest wait, and the server's memory after a tenth of the time and at the end. At last the text is
put right again, and what is wrong in it must be what was wrong in the beginning."""

import pathlib
import random
import shutil
import sys
import tempfile
import time

from editor import CELL, HEAD, script
from lsp_client import Editor
from measure import FOLDER, ROOT, keep

# Seconds of the script and of the notebook may be given after the folder.
N_SECONDS, N_SECONDS_NOTEBOOK = [float(n) for n in sys.argv[2:4]] or [300, 60]
EDITS_PER_SECOND = 50
N_LINES, N_CELLS = 1_000, 500
PIECES = ["(", ")", "[", '"', "'", '"""', "\n", "    ", ":", 'df["', ".", "é", "𝄞", "def f(", "for x in ", "=", ",", "#", "%%", "lambda ", "\\\n", "tenure"]
QUESTIONS = ["completion", "hover", "diagnostic", "inlayHint", "documentSymbol", "codeLens", "signatureHelp"]


def place(text, offset):
    line = text.rfind("\n", 0, offset) + 1
    return {"line": text.count("\n", 0, offset), "character": len(text[line:offset].encode("utf-16-le")) // 2}


class Typist:
    """Edits a text at random and keeps what it should be; it grows no longer than a tenth more."""

    def __init__(self, text, seed):
        self.text, self.longest, self.dice = text, len(text) * 11 // 10, random.Random(seed)

    def change(self):
        start = self.dice.randrange(len(self.text) + 1)
        long = len(self.text) > self.longest
        end = min(len(self.text), start + (40 if long else self.dice.choice([0, 0, 1, 7])))
        return self.replaced(start, end, self.dice.choice(PIECES))

    def replaced(self, start, end, new):
        change = {"range": {"start": place(self.text, start), "end": place(self.text, end)}, "text": new}
        self.text = self.text[:start] + new + self.text[end:]
        return change


def question(editor, dice, uri, text):
    method = dice.choice(QUESTIONS)
    parameters = {"textDocument": {"uri": uri}}
    if method in ("completion", "hover", "signatureHelp"):
        parameters["position"] = place(text, dice.randrange(len(text) + 1))
    if method == "inlayHint":
        parameters["range"] = {"start": {"line": 0, "character": 0}, "end": {"line": 200, "character": 0}}
    editor.send(f"textDocument/{method}", parameters)


def endure(editor, seconds, edit, between):
    """Edits at the given pace; the figures of it."""
    started, n_edits, memory = time.perf_counter(), 0, []
    editor.answered.clear()
    while (now := time.perf_counter() - started) < seconds:
        edit()
        n_edits += 1
        if n_edits % (EDITS_PER_SECOND * 5) == 0:
            memory.append(editor.memory_mb())
            between()
        time.sleep(max(0.0, started + n_edits / EDITS_PER_SECOND - time.perf_counter()))
    with editor.arrived:
        editor.arrived.wait_for(lambda: not editor.waiting, timeout=60)
        waits = [wait for wait, _, _ in editor.answered.values()]
        broken = [message["error"] for _, _, message in editor.answered.values() if message.get("error", {}).get("code") == -32603]
    if broken:
        sys.exit(f"{len(broken)} answers broke off: {broken[0]}")
    if editor.server.poll() is not None:
        sys.exit("the server is gone")
    tenth = memory[len(memory) // 10]
    return {"seconds": now, "n_edits": n_edits, "n_questions": len(waits), "n_unanswered": len(editor.waiting), "longest_wait_ms": max(waits) * 1e3,
            "memory_mb": [round(used) for used in memory], "memory_mb_early": tenth, "memory_mb_end": memory[-1], "memory_mb_most": max(memory)}


def found(editor, uri):
    return editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]


def of_script(editor, folder):
    uri, original, version = (folder / "script.py").as_uri(), script(N_LINES), 1
    typist = Typist(original, 7)
    editor.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": original}})
    before = found(editor, uri)

    def tell(change):
        nonlocal version
        version += 1
        editor.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]})

    def edit():
        # Now and then the text is put right, so that most of what is asked is of a text that has a meaning.
        tell(typist.replaced(0, len(typist.text), original) if typist.dice.randrange(100) == 0 else typist.change())
        question(editor, typist.dice, uri, typist.text)

    figures = endure(editor, N_SECONDS, edit, lambda: replace_table(folder))
    shutil.copy(ROOT / "examples/telco-churn/telco.csv", folder / "telco.csv")
    time.sleep(3)
    tell(typist.replaced(0, len(typist.text), original))
    if found(editor, uri) != before:
        sys.exit("what is wrong in the script is not what was wrong before")
    editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    return figures


def replace_table(folder):
    """A table with other columns takes the place of the one that is read."""
    text = (ROOT / "examples/telco-churn/telco.csv").read_text()
    if replace_table.turn % 2 == 0:
        text = text.replace("tenure", "months", 1)
    replace_table.turn += 1
    (folder / "new.csv").write_text(text)
    (folder / "new.csv").rename(folder / "telco.csv")


replace_table.turn = 0


def of_notebook(editor, folder):
    uri, version = (folder / "notebook.ipynb").as_uri(), 1
    # Two cells of each cell of the script: what it does, and its function.
    halves = (CELL.format(i=i).strip().partition("\ndef ") for i in range(N_CELLS))
    texts = [HEAD, *(text for does, _, function in halves for text in (does, f"def {function}"))][:N_CELLS]
    address = lambda i: f"vscode-notebook-cell:{uri.removeprefix('file:')}#{i}"
    cells = [{"kind": 2, "document": address(i)} for i in range(len(texts))]
    documents = [{"uri": address(i), "languageId": "python", "version": 1, "text": text} for i, text in enumerate(texts)]
    editor.tell("notebookDocument/didOpen", {"notebookDocument": {"uri": uri, "notebookType": "jupyter-notebook", "version": 1, "cells": cells}, "cellTextDocuments": documents})
    before = [found(editor, address(i)) for i in range(len(texts))]
    typists = [Typist(text, i) for i, text in enumerate(texts)]
    dice = random.Random(11)

    def tell(i, change):
        nonlocal version
        version += 1
        content = {"document": {"uri": address(i), "version": version}, "changes": [change]}
        editor.tell("notebookDocument/didChange", {"notebookDocument": {"uri": uri, "version": version}, "change": {"cells": {"textContent": [content]}}})

    def edit():
        i = dice.randrange(len(texts))
        typist = typists[i]
        tell(i, typist.replaced(0, len(typist.text), texts[i]) if dice.randrange(3) == 0 else typist.change())
        question(editor, dice, address(i), typist.text)

    figures = endure(editor, N_SECONDS_NOTEBOOK, edit, lambda: None)
    for i, typist in enumerate(typists):
        tell(i, typist.replaced(0, len(typist.text), texts[i]))
    if [found(editor, address(i)) for i in range(len(texts))] != before:
        sys.exit("what is wrong in the notebook is not what was wrong before")
    return {**figures, "n_cells": len(texts), "n_found": sum(map(len, before))}


def main():
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        shutil.copy(ROOT / "examples/telco-churn/telco.csv", folder / "telco.csv")
        editor = Editor(folder)
        figures = {"edits_per_second": EDITS_PER_SECOND, "script": of_script(editor, folder), "notebook": of_notebook(editor, folder)}
        editor.end()
        keep("endurance", figures)
    finally:
        shutil.rmtree(folder)


main()
