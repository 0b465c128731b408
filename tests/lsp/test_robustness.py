"""A text that is never right for long: the server answers, forgets nothing and ends as it began."""

import random

from lsprotocol import types
from test_python import LEAKY, TABLE

N_EDITS = 300
PIECES = ["(", ")", "[", '"', "'", '"""', "\n", "    ", ":", "df[", ".", "é", "𝄞", "def f(", "for x in ", "=", ",", "#", "%%", "lambda ", "\\\n"]


def to_place(text: str, offset: int) -> types.Position:
    before = text[:offset]
    line = before.rsplit("\n", 1)[-1]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


async def test_random_edits_leave_no_trace(editor):
    editor.put("churn.csv", TABLE)
    original = LEAKY.replace("|", "")
    document, _ = editor.open("a.py", original)
    before = [(found.code, found.range) for found in await editor.diagnostics(document)]
    dice, text, version = random.Random(7), original, 1
    utf16 = editor.client.capabilities.general is None or "utf-8" not in (editor.client.capabilities.general.position_encodings or [])

    def change(start: int, end: int, new: str) -> None:
        nonlocal text, version
        version += 1
        span = types.Range(to_place(text, start), to_place(text, end))
        partial = types.TextDocumentContentChangePartial(range=span, text=new)
        versioned = types.VersionedTextDocumentIdentifier(version=version, uri=document.uri)
        editor.client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [partial]))
        text = text[:start] + new + text[end:]

    for n in range(N_EDITS):
        start = dice.randrange(len(text) + 1)
        # Places are counted in UTF-16 units here; an editor that counts otherwise gets texts without wide letters.
        piece = dice.choice(PIECES if utf16 else [piece for piece in PIECES if piece.isascii()])
        change(start, min(len(text), start + dice.choice([0, 0, 1, 7])), piece)
        if n % 5 == 0:
            place = to_place(text, dice.randrange(len(text) + 1))
            await editor.client.text_document_completion_async(types.CompletionParams(document, place))
            await editor.client.text_document_hover_async(types.HoverParams(document, place))
            await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    change(0, len(text), original)
    fresh, _ = editor.open("b.py", original)
    again = [(found.code, found.range) for found in await editor.diagnostics(fresh)]
    assert again == before
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = [await editor.client.text_document_inlay_hint_async(types.InlayHintParams(item, whole)) for item in (document, fresh)]
    assert [hint.label for hint in hints[0]] == [hint.label for hint in hints[1]]
