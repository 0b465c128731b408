//! Order, cancelling, and that nothing ever waits: the two defects that the design is made around, and load.

use std::time::Instant;

use super::*;

/// The text of a document as the session has it.
fn text_of(editor: &mut Editor, uri: &str) -> String {
    let answer = editor.ask("test/text", json!({ "textDocument": { "uri": uri } })).unwrap();
    answer.as_str().unwrap().to_owned()
}

#[test]
fn four_hundred_rapid_changes_leave_the_text_identical() {
    let mut editor = Editor::new(json!({ "textDocument": { "diagnostic": {} } }));
    let uri = editor.open("a.py", "python", "");
    let mut expected = String::new();
    for version in 2..402 {
        let letter = char::from(b'a' + (version % 26) as u8).to_string();
        let end = expected.chars().count() as u32;
        if version % 5 == 0 {
            editor.change(&uri, version, (0, end - 1), (0, end), "é");
            expected.pop();
            expected.push('é');
        } else {
            editor.change(&uri, version, (0, end), (0, end), &letter);
            expected.push_str(&letter);
        }
        if version % 3 == 0 {
            editor.request(
                "textDocument/completion",
                json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": end } }),
            );
        }
    }
    assert_eq!(text_of(&mut editor, &uri), expected);
}

#[test]
fn three_hundred_queued_messages_with_many_edits_do_not_hang() {
    let mut editor = Editor::new(json!({ "textDocument": { "diagnostic": {} } }));
    let uri = editor.open("a.py", "python", "x = 1\n");
    // The client neither reads nor answers until it has said all of it.
    let mut edits = Vec::new();
    for version in 2..302 {
        editor.change(&uri, version, (0, 0), (0, 0), "#");
        if version % 3 == 0 {
            let edit = json!({ "changes": { &uri: [] } });
            edits.push(
                editor.request(
                    "workspace/executeCommand",
                    json!({ "command": "mlwright.applyEdit", "arguments": [edit] }),
                ),
            );
        }
    }
    assert_eq!(
        text_of(&mut editor, &uri),
        format!("{}x = 1\n", "#".repeat(300)),
        "the session goes on while every edit waits for its answer"
    );
    for id in edits {
        let asked = editor.asked("workspace/applyEdit");
        editor.reply(&asked, json!({ "applied": true }));
        assert_eq!(editor.answer_to(&id).unwrap(), json!({ "applied": true }));
    }
    assert_eq!(editor.end(), Ended::Orderly);
}

#[test]
fn a_request_is_cancelled_by_the_client_or_by_an_edit() {
    let mut editor = Editor::new(json!({ "textDocument": { "diagnostic": {} } }));
    let uri = editor.open("a.py", "python", "x = 1\n");
    let about = json!({ "textDocument": { "uri": uri } });
    // Each waits until it is taken back.
    let cancelled = editor.request("test/wait", about.clone());
    editor.tell("$/cancelRequest", json!({ "id": cancelled }));
    assert_eq!(code(&editor.answer_to(&cancelled)), ErrorCode::RequestCanceled as i32);
    let outlived = editor.request("test/wait", about.clone());
    editor.change(&uri, 2, (0, 0), (0, 0), "y");
    assert_eq!(code(&editor.answer_to(&outlived)), ErrorCode::ContentModified as i32);
    let closed = editor.request("test/wait", about.clone());
    editor.tell("textDocument/didClose", about);
    assert_eq!(code(&editor.answer_to(&closed)), ErrorCode::ContentModified as i32);
    editor.tell("$/cancelRequest", json!({ "id": 4_711 }));
    assert_eq!(editor.end(), Ended::Orderly);
}

#[test]
fn a_thousand_completions_with_edits_between_are_answered_or_cancelled() {
    let mut editor = Editor::new(json!({ "textDocument": { "diagnostic": {} } }));
    let text: String = (0..5_000).map(|line| format!("x{line} = {line}\n")).collect();
    let uri = editor.open("a.py", "python", &text);
    let mut ids = Vec::new();
    for version in 2..1_002 {
        editor.change(&uri, version, (2_500, 0), (2_500, 0), "#");
        ids.push(editor.request(
            "textDocument/completion",
            json!({ "textDocument": { "uri": uri }, "position": { "line": 2_500, "character": 1 } }),
        ));
    }
    let outcomes: Vec<i32> = ids.iter().map(|id| code(&editor.answer_to(id))).collect();
    assert!(outcomes.iter().all(|code| [0, ErrorCode::ContentModified as i32].contains(code)), "{outcomes:?}");
    assert_eq!(outcomes.last(), Some(&0), "nothing came after the last");
}

#[test]
fn a_change_of_a_long_file_takes_less_than_a_millisecond() {
    let text: String = (0..5_000).map(|line| format!("value_{line} = transform(value_{line}, {line})\n")).collect();
    let address: lsp_types::Uri = "file:///a.py".parse().unwrap();
    let mut documents = Documents::new(mlwright_language::Encoding::Utf16);
    documents
        .open(lsp_types::TextDocumentItem { uri: address.clone(), language_id: "python".to_owned(), version: 1, text })
        .unwrap();
    let mut took = Vec::new();
    for version in 2..202 {
        let at = lsp_types::Position { line: 4_000, character: 3 };
        let change = lsp_types::TextDocumentContentChangeEvent {
            range: Some(lsp_types::Range { start: at, end: at }),
            range_length: None,
            text: "x".to_owned(),
        };
        let params = lsp_types::DidChangeTextDocumentParams {
            text_document: lsp_types::VersionedTextDocumentIdentifier { uri: address.clone(), version },
            content_changes: vec![change],
        };
        let start = Instant::now();
        documents.change(params).unwrap();
        took.push(start.elapsed());
    }
    took.sort();
    // The median, because another process may have the processor; unoptimized code is not what is measured.
    let median = took[took.len() / 2];
    assert!(cfg!(debug_assertions) || median < Duration::from_millis(1), "{median:?}");
}
