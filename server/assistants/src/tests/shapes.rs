//! Every shape of file, for every assistant that could have it.

use super::*;
use crate::{Action, jsonc};

/// The shapes: real settings files, and the odd forms that they take.
fn shapes(format: Format) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/settings");
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| (extension == "toml") == (format == Format::Toml)))
        .filter(|path| path.extension().is_some())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

/// What is true of every shape, assistant and scope.
fn check(name: &str, bytes: &[u8], assistant: Assistant, scope: Scope) {
    let machine = Machine::new();
    let path = machine.put(assistant, scope, bytes);
    let before = machine.everything();
    let of = format!("{name}, {assistant:?}, {scope:?}");
    let install = || done(machine.plan_with(&[assistant], scope, COMMAND, &SKILLS[1..], false).unwrap());
    install();
    let after = std::fs::read(&path).unwrap();
    let text = String::from_utf8(after.clone()).unwrap();
    assert!(after.len() > bytes.len(), "{of}");
    assert_eq!(entry(&path, assistant, &machine, scope), Some(crate::entry::entry(assistant, scope, COMMAND)), "{of}: {text}");
    if place(assistant, scope, &machine.around()).unwrap().format == Format::Jsonc {
        assert_eq!(jsonc::comments(&text), jsonc::comments(&String::from_utf8_lossy(bytes)), "{of}");
    }
    let bare = |text: &[u8]| text.windows(2).filter(|pair| pair[1] == b'\n' && pair[0] != b'\r').count();
    assert!(bare(bytes) > 0 || !bytes.contains(&b'\n') || bare(&after) == 0, "line ends are kept: {of}: {text:?}");
    let installed = machine.everything();
    let again = install();
    assert!(again.iter().all(|change| change.action == Action::Unchanged), "{of}");
    assert_eq!(machine.everything(), installed, "a second install changes nothing: {of}");
    machine.uninstall(&[assistant], scope);
    assert_eq!(machine.everything(), before, "everything is as it was: {of}");
}

#[test]
fn installing_and_uninstalling_leaves_every_shape_as_it_was() {
    let (json, toml) = (shapes(Format::Jsonc), shapes(Format::Toml));
    assert!(json.len() >= 20 && toml.len() >= 8, "{} and {} shapes", json.len(), toml.len());
    for assistant in Assistant::ALL {
        for (name, bytes) in if assistant == Assistant::Codex { &toml } else { &json } {
            for scope in [Scope::Project, Scope::User] {
                check(name, bytes, assistant, scope);
            }
        }
    }
}

#[test]
fn a_machine_without_any_settings_is_left_without_any() {
    for scope in [Scope::Project, Scope::User] {
        let machine = Machine::new();
        let before = machine.everything();
        machine.install(&Assistant::ALL, scope);
        for assistant in Assistant::ALL {
            assert!(entry(&machine.settings(assistant, scope), assistant, &machine, scope).is_some(), "{assistant:?}");
        }
        machine.uninstall(&Assistant::ALL, scope);
        assert_eq!(machine.everything(), before);
    }
}

/// The layout that people see.
#[test]
fn the_entry_is_written_as_its_neighbours_are() {
    let insert = |text: &str| Format::Jsonc.insert(text, Slot { container: "s", name: "m" }, &serde_json::json!({ "c": "x", "a": ["y", "z"] })).unwrap();
    for (before, after) in [
        ("", "{\n  \"s\": {\n    \"m\": {\n      \"c\": \"x\",\n      \"a\": [\"y\", \"z\"]\n    }\n  }\n}\n"),
        ("{}", "{\n  \"s\": {\n    \"m\": {\n      \"c\": \"x\",\n      \"a\": [\"y\", \"z\"]\n    }\n  }\n}"),
        ("{\"s\":{}}", "{\"s\":{\"m\":{\"c\":\"x\",\"a\":[\"y\",\"z\"]}}}"),
        ("{ \"s\": { \"k\": 1 } }", "{ \"s\": { \"k\": 1, \"m\": {\"c\": \"x\", \"a\": [\"y\", \"z\"]} } }"),
        ("{\n\t\"s\": {\n\t\t\"k\": 1, // c\n\t}\n}", "{\n\t\"s\": {\n\t\t\"k\": 1, // c\n\t\t\"m\": {\n\t\t\t\"c\": \"x\",\n\t\t\t\"a\": [\"y\", \"z\"]\n\t\t},\n\t}\n}"),
        ("{\n    \"s\": {}\n}", "{\n    \"s\": {\n        \"m\": {\n            \"c\": \"x\",\n            \"a\": [\"y\", \"z\"]\n        }\n    }\n}"),
        ("{\r\n  \"k\": 1\r\n}", "{\r\n  \"k\": 1,\r\n  \"s\": {\r\n    \"m\": {\r\n      \"c\": \"x\",\r\n      \"a\": [\"y\", \"z\"]\r\n    }\r\n  }\r\n}"),
    ] {
        assert_eq!(insert(before), after);
    }
    let toml = |text: &str| Format::Toml.insert(text, Slot { container: "s", name: "m" }, &serde_json::json!({ "c": "C:\\x" })).unwrap();
    for (before, after) in [
        ("", "[s.m]\nc = 'C:\\x'\n"),
        ("k = 1", "k = 1\n\n[s.m]\nc = 'C:\\x'\n"),
        ("s = { a = {} }\n", "s = { a = {}, m = { c = 'C:\\x' } }\n"),
        ("s = {}\r\n", "s = { m = { c = 'C:\\x' } }\r\n"),
    ] {
        assert_eq!(toml(before), after);
    }
}
