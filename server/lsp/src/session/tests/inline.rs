//! What inline completion says before it sends anything. That and how it asks a provider is in `tests/lsp/test_inline.py`.

use super::*;

const SETTINGS: &str =
    "[providers.hosted]\nbase_url = 'https://api.example.invalid/v1'\nmodel = 'm'\nkey_variable = 'SOME_KEY'\n";

fn suggested(editor: &mut Editor, uri: &str) -> Value {
    let params = json!({
        "textDocument": { "uri": uri },
        "position": { "line": 0, "character": 4 },
        "context": { "triggerKind": 1 },
    });
    editor.ask("textDocument/inlineCompletion", params).unwrap()
}

#[test]
fn nothing_leaves_the_machine_without_the_users_leave() {
    let mut editor = Editor::new(json!({ "textDocument": { "inlineCompletion": { "dynamicRegistration": true } } }));
    let uri = editor.open("a.py", "python", "x = \n");
    editor.put("mlwright.toml", &format!("{SETTINGS}[inline_completion]\nprovider = 'hosted'\n"));
    let changed = json!({ "changes": [{ "uri": editor.uri("mlwright.toml"), "type": 1 }] });
    editor.tell("workspace/didChangeWatchedFiles", changed);
    let registration = editor.asked("client/registerCapability");
    assert_eq!(registration.params["registrations"][0]["method"], "textDocument/inlineCompletion");
    let question = editor.asked("window/showMessageRequest");
    let message = question.params["message"].as_str().unwrap();
    assert!(message.contains("https://api.example.invalid") && message.contains("SOME_KEY"), "{message}");
    assert_eq!(suggested(&mut editor, &uri), Value::Null, "the user has not answered yet");
    editor.reply(&question, json!({ "title": "Not now" }));
    assert_eq!(suggested(&mut editor, &uri), Value::Null);
    assert_eq!(editor.end(), Ended::Orderly);
}

#[test]
fn what_settings_lack_is_told_and_taken_back_what_they_drop() {
    let mut editor = Editor::new(json!({ "textDocument": { "inlineCompletion": { "dynamicRegistration": true } } }));
    let change = |editor: &mut Editor, text: &str| {
        editor.put("mlwright.toml", text);
        let changed = json!({ "changes": [{ "uri": editor.uri("mlwright.toml"), "type": 2 }] });
        editor.tell("workspace/didChangeWatchedFiles", changed);
    };
    change(&mut editor, &format!("{SETTINGS}[inline_completion]\nprovider = 'hostd'\n"));
    let message = editor.notified("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("did you mean hosted"), "{message}");
    let local = "[providers.local]\nbase_url = 'http://127.0.0.1:1/v1'\nmodel = 'm'\n";
    change(&mut editor, &format!("{local}[inline_completion]\nprovider = 'local'\n"));
    editor.asked("client/registerCapability");
    change(&mut editor, local);
    let back = editor.asked("client/unregisterCapability");
    assert_eq!(back.params["unregisterations"][0]["method"], "textDocument/inlineCompletion");
    assert_eq!(editor.end(), Ended::Orderly);
}
