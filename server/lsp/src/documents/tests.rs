use lsp_types::{Position, Range};
use mlwright_language::TextRange;
use serde_json::json;

use super::*;

fn uri(text: &str) -> Uri {
    text.parse().unwrap()
}

fn notebook() -> Documents {
    let mut documents = Documents::new(Encoding::Utf16);
    documents.open_notebook(
        serde_json::from_value(json!({
            "notebookDocument": { "uri": "file:///n.ipynb", "notebookType": "jupyter-notebook", "version": 1, "cells": [
                { "kind": 1, "document": "cell:a" }, { "kind": 2, "document": "cell:b" }, { "kind": 2, "document": "cell:c" },
            ] },
            "cellTextDocuments": [
                { "uri": "cell:a", "languageId": "markdown", "version": 1, "text": "# title" },
                { "uri": "cell:b", "languageId": "python", "version": 1, "text": "x = 'é'\ny = x" },
                { "uri": "cell:c", "languageId": "python", "version": 1, "text": "z = 1" },
            ],
        }))
        .unwrap(),
    );
    documents
}

#[test]
fn the_cells_of_a_notebook_are_one_text_and_answers_go_back_to_the_cell() {
    let documents = notebook();
    let snapshot = documents.get(&uri("cell:c")).unwrap();
    assert_eq!(&**snapshot.document.text(), "x = 'é'\ny = x\nz = 1\n");
    let z = snapshot.offset(&uri("cell:c"), Position { line: 0, character: 4 }).unwrap();
    assert_eq!(TextRange::new(z, z + 1).of(snapshot.document.text()), "1");
    let (address, range) = snapshot.place(TextRange::new(z, z + 1)).unwrap();
    assert_eq!((address.as_str(), range.start), ("cell:c", Position { line: 0, character: 4 }));
    let y = snapshot.offset(&uri("cell:b"), Position { line: 1, character: 0 }).unwrap();
    assert_eq!(TextRange::new(y, y + 1).of(snapshot.document.text()), "y");
    assert_eq!(snapshot.range_at(&uri("cell:c"), TextRange::new(y, y + 1)), None);
    assert!(snapshot.offset(&uri("cell:a"), Position::default()).is_none(), "text is no code");
    // What goes on in the next cell is shown to the end of its own.
    let (_, range) = snapshot.place(TextRange::new(y, z)).unwrap();
    assert_eq!(range.end, Position { line: 1, character: 5 });
}

#[test]
fn cells_come_go_move_and_change() {
    let mut documents = notebook();
    let change = |documents: &mut Documents, version: i32, cells: serde_json::Value| {
        let params = json!({ "notebookDocument": { "uri": "file:///n.ipynb", "version": version }, "change": { "cells": cells } });
        documents.change_notebook(serde_json::from_value(params).unwrap()).unwrap().document.text().to_string()
    };
    let text = change(
        &mut documents,
        2,
        json!({ "textContent": [{ "document": { "uri": "cell:b", "version": 2 }, "changes": [
            { "range": { "start": { "line": 1, "character": 4 }, "end": { "line": 1, "character": 5 } }, "text": "2" },
        ] }] }),
    );
    assert_eq!(text, "x = 'é'\ny = 2\nz = 1\n");
    let text = change(
        &mut documents,
        3,
        json!({ "structure": {
            "array": { "start": 1, "deleteCount": 1, "cells": [] },
            "didClose": [{ "uri": "cell:b" }],
        } }),
    );
    assert_eq!(text, "z = 1\n");
    assert!(documents.get(&uri("cell:b")).is_none());
    let text = change(
        &mut documents,
        4,
        json!({ "structure": {
            "array": { "start": 0, "deleteCount": 0, "cells": [{ "kind": 2, "document": "cell:d" }] },
            "didOpen": [{ "uri": "cell:d", "languageId": "python", "version": 1, "text": "w = 0" }],
        } }),
    );
    assert_eq!(text, "w = 0\nz = 1\n");
    documents.close(&uri("file:///n.ipynb"));
    assert!(documents.get(&uri("cell:d")).is_none() && documents.all().next().is_none());
}

#[test]
fn four_hundred_rapid_changes_leave_the_text_as_the_client_has_it() {
    let mut documents = Documents::new(Encoding::Utf16);
    let address = uri("file:///a.py");
    let item =
        TextDocumentItem { uri: address.clone(), language_id: "python".to_owned(), version: 0, text: String::new() };
    documents.open(item).unwrap();
    let mut expected: Vec<char> = Vec::new();
    for version in 1..=400_i32 {
        // Somebody types, and deletes each seventh letter again.
        let column = expected.len() as u32;
        let (start, text) = if version % 7 == 0 {
            (column - 1, String::new())
        } else {
            (column, char::from(b'a' + (version % 26) as u8).to_string())
        };
        if text.is_empty() {
            let _ = expected.pop();
        } else {
            expected.extend(text.chars());
        }
        let at = |character| Position { line: 0, character };
        let change = lsp_types::TextDocumentContentChangeEvent {
            range: Some(Range { start: at(start), end: at(column) }),
            range_length: None,
            text,
        };
        let params = DidChangeTextDocumentParams {
            text_document: lsp_types::VersionedTextDocumentIdentifier { uri: address.clone(), version },
            content_changes: vec![change],
        };
        documents.change(params).unwrap();
    }
    let snapshot = documents.get(&address).unwrap();
    assert_eq!(**snapshot.document.text(), *expected.iter().collect::<String>());
    assert_eq!(snapshot.version, 400);
}

#[test]
fn languages_are_known_by_the_editors_name_or_the_files() {
    for (id, name, language) in [
        ("python", "untitled:1", Some(Language::Python)),
        ("toml", "/a/mlwright.toml", Some(Language::Config)),
        ("toml", "/a/pyproject.toml", None),
        ("plaintext", "/a/q.sql", Some(Language::Sql)),
        ("rust", "/a/main.rs", None),
    ] {
        assert_eq!(language_of(id, name), language, "{id} {name}");
    }
}
