"""What each editor gets of the session itself, whatever the language."""

from lsprotocol import types

PEOPLE = "id,age,name\n1,30,Ada\n2,,Bob\n"


async def test_columns_are_offered_explained_and_reported(editor):
    editor.put("people.csv", PEOPLE)
    assert (await editor.labels("a.sql", 'select ag| from "people.csv"'))[0] == "age"
    document, place = editor.open("b.sql", 'select a|ge from "people.csv"')
    hover = await editor.client.text_document_hover_async(types.HoverParams(document, place))
    assert "age" in hover.contents.value
    document, _ = editor.open("c.sql", 'select agee from "people.csv"')
    found = await editor.diagnostics(document)
    assert len(found) == 1 and "agee" in found[0].message
    context = types.CodeActionContext(found)
    actions = await editor.client.text_document_code_action_async(types.CodeActionParams(document, found[0].range, context))
    assert any(action.is_preferred and action.edit for action in actions), actions


async def test_looking_makes_no_workspace_and_an_operation_does(editor):
    editor.put("people.csv", PEOPLE)
    await editor.labels("a.sql", 'select | from "people.csv"')
    assert not (editor.folder / ".mlwright").exists()
    answer = await editor.run("list_tables")
    assert [table["name"] for table in answer["answer"]["tables"]] == ["people.csv"]
    assert (editor.folder / ".mlwright").is_dir()


async def test_changes_arrive_in_order(editor):
    editor.put("people.csv", PEOPLE)
    document, _ = editor.open("a.sql", "")
    text = 'select na from "people.csv"'
    for index, letter in enumerate(text):
        place = types.Position(0, index)
        change = types.TextDocumentContentChangePartial(range=types.Range(place, place), text=letter)
        versioned = types.VersionedTextDocumentIdentifier(version=index + 2, uri=document.uri)
        editor.client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [change]))
    place = types.Position(0, len("select na"))
    answer = await editor.client.text_document_completion_async(types.CompletionParams(document, place))
    assert "name" in [item.label for item in answer.items]


async def test_a_file_that_changes_changes_the_answers(editor):
    editor.put("people.csv", PEOPLE)
    assert "age" in await editor.labels("a.sql", 'select | from "people.csv"')
    editor.put("people.csv", "height\n1\n")
    changed = types.FileEvent(editor.uri("people.csv"), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
    labels = await editor.labels("b.sql", 'select | from "people.csv"')
    assert "height" in labels and "age" not in labels
