//! How a session begins, answers, asks and ends.

use super::*;

#[test]
fn a_session_begins_and_ends_in_the_protocols_order() {
    let mut editor = Editor::started();
    assert_eq!(code(&editor.ask("textDocument/hover", json!({}))), ErrorCode::ServerNotInitialized as i32);
    let answer = editor.ask("initialize", json!({ "processId": null, "capabilities": {}, "rootUri": null })).unwrap();
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(code(&editor.ask("initialize", json!({ "capabilities": {} }))), ErrorCode::InvalidRequest as i32);
    assert_eq!(code(&editor.ask("textDocument/foldingRange", json!({}))), ErrorCode::MethodNotFound as i32);
    assert_eq!(code(&editor.ask("textDocument/hover", json!({ "textDocument": 7 }))), ErrorCode::InvalidParams as i32);
    assert_eq!(editor.ask("shutdown", Value::Null).unwrap(), Value::Null);
    assert_eq!(code(&editor.ask("textDocument/hover", json!({}))), ErrorCode::InvalidRequest as i32);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.session.take().unwrap().join().unwrap(), Ended::Orderly);
}

#[test]
fn a_client_that_leaves_ends_the_session() {
    let mut editor = Editor::new(json!({}));
    editor.input = None;
    assert_eq!(editor.session.take().unwrap().join().unwrap(), Ended::Abrupt);
    let mut editor = Editor::new(json!({}));
    editor.tell("exit", Value::Null);
    assert_eq!(editor.session.take().unwrap().join().unwrap(), Ended::Abrupt, "nobody asked to shut down");
}

#[cfg(unix)]
#[test]
fn a_session_ends_with_the_clients_process() {
    let mut client = std::process::Command::new("/bin/sh")
        .args(["-c", "read line"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut editor = Editor::started();
    editor.ask("initialize", json!({ "processId": client.id(), "capabilities": {} })).unwrap();
    editor
        .ask(
            "textDocument/hover",
            json!({ "textDocument": { "uri": "file:///a" }, "position": { "line": 0, "character": 0 } }),
        )
        .unwrap();
    client.kill().unwrap();
    client.wait().unwrap();
    assert_eq!(editor.session.take().unwrap().join().unwrap(), Ended::Abrupt, "although its pipe is still open");
}

#[test]
fn a_feature_that_breaks_off_is_an_error_and_the_session_goes_on() {
    let mut editor = Editor::new(json!({}));
    let uri = editor.open("a.py", "python", "x = 1\n");
    let error = editor.ask("test/panic", json!({ "textDocument": { "uri": uri } })).unwrap_err();
    assert_eq!(error.code, ErrorCode::InternalError as i32);
    assert!(error.message.contains("test/panic") && error.message.contains("made to"), "{}", error.message);
    assert!(editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).is_ok());
    assert_eq!(editor.end(), Ended::Orderly);
}

#[test]
fn looking_at_documents_makes_no_workspace() {
    let mut editor = Editor::new(json!({ "textDocument": { "diagnostic": {} } }));
    editor.put("t.csv", "a,b\n1,2\n");
    for (name, language, text) in [
        ("a.py", "python", "import pandas as pd\ndf = pd.read_csv('t.csv')\ndf['a']\n"),
        ("q.sql", "sql", "select a from \"t.csv\"\n"),
    ] {
        let uri = editor.open(name, language, text);
        let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 8 } });
        for method in ["completion", "hover", "definition", "signatureHelp"] {
            editor.ask(&format!("textDocument/{method}"), at.clone()).unwrap();
        }
        for method in ["codeLens", "documentSymbol", "diagnostic"] {
            editor.ask(&format!("textDocument/{method}"), json!({ "textDocument": { "uri": uri } })).unwrap();
        }
    }
    assert!(!editor.has_workspace());
}

#[test]
fn an_operation_is_a_command_and_its_outcome_is_told() {
    let mut editor = Editor::new(json!({ "window": { "workDoneProgress": true } }));
    editor.put("t.csv", "a,b\n1,2\n");
    let answer =
        editor.ask("workspace/executeCommand", json!({ "command": "mlwright.list_tables", "arguments": [] })).unwrap();
    assert!(answer["summary"].is_string() && answer["answer"].is_object(), "{answer}");
    let shown =
        json!({ "command": "mlwright.list_tables", "arguments": [{}, { "show": true }], "workDoneToken": "mine" });
    let answer = editor.ask("workspace/executeCommand", shown).unwrap();
    let message = editor.notified("window/showMessage")["message"].as_str().unwrap().to_owned();
    assert!(!message.is_empty() && answer["summary"].as_str().unwrap().starts_with(&message), "{message}");
    assert_eq!(editor.notified("$/progress")["value"]["kind"], "begin", "a token of the client's is always used");
    assert_eq!(editor.notified("$/progress")["value"]["kind"], "end");
    let unknown = editor.ask("workspace/executeCommand", json!({ "command": "mlwright.nothing" })).unwrap_err();
    assert_eq!(unknown.code, ErrorCode::InvalidParams as i32);
}

#[test]
fn what_is_destructive_is_asked_first() {
    let mut editor = Editor::new(json!({}));
    let stop = |editor: &mut Editor, reply: Value| {
        let id = editor.request(
            "workspace/executeCommand",
            json!({ "command": "mlwright.stop_endpoint", "arguments": [{ "endpoint": "churn" }] }),
        );
        let question = editor.asked("window/showMessageRequest");
        assert!(question.params["message"].as_str().unwrap().ends_with('?'), "{}", question.params);
        // Meanwhile the session goes on.
        assert!(editor.ask("workspace/executeCommand", json!({ "command": "mlwright.list_tables" })).is_ok());
        editor.reply(&question, reply);
        editor.answer_to(&id)
    };
    // There is no such endpoint; by its digest, the audit tells one input from another.
    let mut digest_after = |reply: Value| {
        assert_eq!(code(&stop(&mut editor, reply)), ErrorCode::RequestFailed as i32);
        let audit = editor.ask("workspace/executeCommand", json!({ "command": "mlwright.audit_log" })).unwrap();
        let records = audit["answer"]["records"].as_array().unwrap();
        let newest = records.iter().find(|record| record["operation"] == "stop_endpoint").unwrap();
        assert_eq!(newest["actor"], json!({ "name": "test/1 for ada", "surface": "lsp" }));
        newest["input_digest"].clone()
    };
    let declined = digest_after(json!({ "title": "Cancel" }));
    assert_eq!(digest_after(Value::Null), declined, "a question that was closed is no yes");
    assert_ne!(digest_after(json!({ "title": "Do it" })), declined);
}

#[test]
fn files_are_watched_where_the_client_can_and_diagnostics_pushed_where_it_does_not_pull() {
    let mut editor = Editor::new(
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } }, "textDocument": { "publishDiagnostics": { "versionSupport": true } } }),
    );
    let registered = editor.asked("client/registerCapability");
    assert_eq!(registered.params["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    editor.reply(&registered, Value::Null);
    let uri = editor.open("a.py", "python", "x = 1\n");
    let pushed = editor.notified("textDocument/publishDiagnostics");
    assert_eq!((&pushed["uri"], &pushed["version"]), (&json!(uri), &json!(1)));
    // Of many changes, what follows the last is told.
    for version in 2..30 {
        editor.change(&uri, version, (0, 0), (0, 0), "#");
    }
    assert_eq!(editor.notified("textDocument/publishDiagnostics")["version"], 29);
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.notified("textDocument/publishDiagnostics")["diagnostics"], json!([]));
}

#[test]
fn folders_come_and_go() {
    let mut editor = Editor::new(json!({}));
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("mlwright.toml"), "").unwrap();
    let folder = json!([{ "uri": format!("file://{}", other.path().display()), "name": "other" }]);
    editor.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": folder, "removed": [] } }));
    let from = json!({ "document": format!("file://{}/a.py", other.path().display()) });
    editor
        .ask("workspace/executeCommand", json!({ "command": "mlwright.list_tables", "arguments": [{}, from] }))
        .unwrap();
    assert!(!editor.has_workspace(), "the call worked in the workspace of its document");
}
