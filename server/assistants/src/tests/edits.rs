//! What the user, or the assistant, does to the files between installing and uninstalling.

use super::*;
use crate::Action;

const OTHERS: &str = "{\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"a\"\n    }\n  }\n}\n";

fn replaced(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Installs over a text, lets an edit happen, and uninstalls: what must be left.
fn check(assistant: Assistant, before: &str, edit: impl FnOnce(&Path), left: Option<&str>) {
    let machine = Machine::new();
    let path = machine.put(assistant, Scope::Project, before);
    machine.install(&[assistant], Scope::Project);
    edit(&path);
    machine.uninstall(&[assistant], Scope::Project);
    assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), left);
    assert!(!machine.project().join(".mlwright").exists(), "nothing more is remembered");
}

#[test]
fn other_changes_stay_where_they_are() {
    let more = |path: &Path| replaced(path, "\"a\": {", "\"b\": { \"command\": \"b\" }, // mine\n    \"a\": {");
    let left = OTHERS.replacen("\"a\": {", "\"b\": { \"command\": \"b\" }, // mine\n    \"a\": {", 1);
    check(Assistant::Claude, OTHERS, more, Some(&left));
    // Behind it, with a comma of its own.
    let behind = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let end = text.rfind("\n  }\n}").unwrap();
        std::fs::write(path, format!("{},\n    \"z\": 1{}", &text[..end], &text[end..])).unwrap();
    };
    let left = OTHERS.replacen("    }\n  }", "    },\n    \"z\": 1\n  }", 1);
    check(Assistant::Claude, OTHERS, behind, Some(&left));
    // A comment before it is the user's.
    let comment = |path: &Path| replaced(path, "    \"mlwright\"", "    // for the churn work\n    \"mlwright\"");
    let left = OTHERS.replacen("    }\n  }", "    }\n    // for the churn work\n  }", 1);
    check(Assistant::Claude, OTHERS, comment, Some(&left));
}

#[test]
fn a_file_that_its_assistant_wrote_anew_loses_the_entry_alone() {
    let rewritten = |path: &Path| {
        let value: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        std::fs::write(path, serde_json::to_string_pretty(&value).unwrap()).unwrap();
    };
    check(Assistant::Claude, "{\"mcpServers\":{\"a\":{\"command\":\"a\"}}}", rewritten, Some(OTHERS.trim_end()));
    let minified = |path: &Path| {
        let value: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    };
    check(Assistant::Claude, OTHERS, minified, Some("{\"mcpServers\":{\"a\":{\"command\":\"a\"}}}"));
    // The container was made with the entry, and goes with it.
    let other = |path: &Path| replaced(path, "\"k\": 1", "\"k\": 2");
    check(Assistant::Gemini, "{\n  \"k\": 1\n}\n", other, Some("{\n  \"k\": 2\n}\n"));
    // So does a file that was made for it.
    let machine = Machine::new();
    let before = machine.everything();
    machine.install(&[Assistant::Claude], Scope::User);
    rewritten(&machine.settings(Assistant::Claude, Scope::User));
    machine.uninstall(&[Assistant::Claude], Scope::User);
    assert_eq!(machine.everything(), before);
}

#[test]
fn toml_around_the_entry_stays() {
    let before = "# mine\n[mcp_servers.a]\ncommand = \"a\"\n";
    let behind = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, format!("model = \"m\"\n{text}\n# about z\n[mcp_servers.z]\ncommand = \"z\"\n")).unwrap();
    };
    let left = "model = \"m\"\n# mine\n[mcp_servers.a]\ncommand = \"a\"\n\n# about z\n[mcp_servers.z]\ncommand = \"z\"\n";
    check(Assistant::Codex, before, behind, Some(left));
    let other = |path: &Path| replaced(path, "# one", "# two");
    check(Assistant::Codex, "mcp_servers = { a = { command = \"a\" } } # one\n", other, Some("mcp_servers = { a = { command = \"a\" } } # two\n"));
}

#[test]
fn an_entry_that_was_changed_stays_and_is_taken_when_it_is_put_back() {
    for (assistant, before, from, to) in [
        (Assistant::Claude, OTHERS, "\"mcp\"", "\"--read-only\", \"mcp\""),
        (Assistant::Claude, OTHERS, "\"args\": [\"mcp\"]", "\"args\": [\"mcp\"] // all of it"),
        (Assistant::Codex, "", "\"mcp\"", "\"--read-only\", \"mcp\""),
        (Assistant::Codex, "", "[\"mcp\"]", "[\"mcp\"] # all of it"),
        (Assistant::Codex, "", "[\"mcp\"]\n", "[\"mcp\"]\n\n[mcp_servers.mlwright.env]\nA = \"b\"\n"),
    ] {
        let machine = Machine::new();
        let path = machine.put(assistant, Scope::Project, before);
        machine.install(&[assistant], Scope::Project);
        replaced(&path, from, to);
        let changed = std::fs::read(&path).unwrap();
        let kept = machine.uninstall(&[assistant], Scope::Project);
        let settings = kept.iter().find(|change| change.path.ends_with(path.file_name().unwrap())).unwrap();
        assert_eq!((settings.action, std::fs::read(&path).unwrap()), (Action::Kept, changed), "{to}");
        assert!(settings.note.contains("changed by hand"), "{}", settings.note);
        replaced(&path, to, from);
        machine.uninstall(&[assistant], Scope::Project);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before, "{to}");
    }
}

#[test]
fn an_entry_that_was_never_ours_is_neither_replaced_nor_taken() {
    let own = "{ \"mcpServers\": { \"mlwright\": { \"command\": \"my-own\" } } }\n";
    let machine = Machine::new();
    let path = machine.put(Assistant::Cursor, Scope::User, own);
    let changes = machine.install(&[Assistant::Cursor], Scope::User);
    let settings = changes.iter().find(|change| change.path.ends_with("mcp.json")).unwrap();
    assert!(settings.action == Action::Kept && settings.note.contains("--force"), "{settings:?}");
    machine.uninstall(&[Assistant::Cursor], Scope::User);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), own);
    // By force, and then it comes back: byte for byte, or as a value when something else was changed meanwhile.
    for edited in [false, true] {
        done(machine.plan_with(&[Assistant::Cursor], Scope::User, COMMAND, SKILLS, true).unwrap());
        assert_eq!(entry(&path, Assistant::Cursor, &machine, Scope::User).unwrap()["command"], COMMAND);
        if edited {
            replaced(&path, "}\n", "}\n\n");
        }
        machine.uninstall(&[Assistant::Cursor], Scope::User);
        let left = std::fs::read_to_string(&path).unwrap();
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert!(if edited { value(&left) == value(own) } else { left == own }, "{left}");
    }
    // The very same entry, written by somebody else.
    let same = Format::Jsonc.insert("", Slot { container: "mcpServers", name: "mlwright" }, &crate::entry::entry(Assistant::Cursor, Scope::User, COMMAND)).unwrap();
    std::fs::write(&path, &same).unwrap();
    let before = machine.everything();
    let changes = machine.install(&[Assistant::Cursor], Scope::User);
    assert!(changes.iter().any(|change| change.note.contains("was there before")), "{changes:?}");
    machine.uninstall(&[Assistant::Cursor], Scope::User);
    assert_eq!(machine.everything(), before);
}

#[test]
fn a_newer_program_replaces_what_an_older_one_wrote() {
    let machine = Machine::new();
    let path = machine.put(Assistant::Codex, Scope::Project, "k = 1\n");
    machine.put(Assistant::Claude, Scope::Project, OTHERS);
    let before = machine.everything();
    let both = [Assistant::Codex, Assistant::Claude];
    machine.install(&both, Scope::Project);
    let newer: &[Skill] = &[Skill { name: "route", description: "", files: &[File { path: "SKILL.md", text: "newer\n" }] }];
    let changes = done(machine.plan_with(&both, Scope::Project, "/new/mlwright", newer, false).unwrap());
    let with = |action: Action| changes.iter().filter(|change| change.action == action).count();
    assert_eq!((with(Action::Updated), with(Action::Removed)), (4, 4), "two entries, two skills; two files fewer in each folder");
    assert_eq!(entry(&path, Assistant::Codex, &machine, Scope::Project).unwrap()["command"], "/new/mlwright");
    assert_eq!(std::fs::read_to_string(machine.project().join(".claude/skills/route/SKILL.md")).unwrap(), "newer\n");
    assert!(!machine.project().join(".agents/skills/explore").exists());
    machine.uninstall(&both, Scope::Project);
    assert_eq!(machine.everything(), before);
}

#[test]
fn a_skill_that_was_changed_stays() {
    let machine = Machine::new();
    machine.install(&[Assistant::Gemini], Scope::User);
    let skill = machine.around().home().unwrap().join(".agents/skills/route/SKILL.md");
    std::fs::write(&skill, "mine\n").unwrap();
    let again = machine.install(&[Assistant::Gemini], Scope::User);
    assert!(again.iter().any(|change| change.action == Action::Kept && change.path.ends_with("route/SKILL.md")), "{again:?}");
    machine.uninstall(&[Assistant::Gemini], Scope::User);
    assert_eq!(std::fs::read_to_string(&skill).unwrap(), "mine\n");
    assert!(!skill.with_file_name("references").exists() && skill.parent().unwrap().exists());
    // Overwritten by force, it comes back.
    done(machine.plan_with(&[Assistant::Gemini], Scope::User, COMMAND, SKILLS, true).unwrap());
    assert_ne!(std::fs::read_to_string(&skill).unwrap(), "mine\n");
    machine.uninstall(&[Assistant::Gemini], Scope::User);
    assert_eq!(std::fs::read_to_string(&skill).unwrap(), "mine\n");
}

#[test]
fn what_two_assistants_share_stays_until_the_last_leaves() {
    let machine = Machine::new();
    let before = machine.everything();
    machine.install(&[Assistant::Claude], Scope::Project);
    machine.install(&[Assistant::Copilot, Assistant::Codex], Scope::Project);
    let shared = machine.settings(Assistant::Copilot, Scope::Project);
    assert_eq!(shared, machine.settings(Assistant::Claude, Scope::Project));
    let changes = machine.uninstall(&[Assistant::Claude], Scope::Project);
    assert!(changes.iter().any(|change| change.action == Action::Shared && change.note.contains("Copilot CLI")), "{changes:?}");
    assert!(shared.exists() && !machine.project().join(".claude").exists());
    machine.uninstall(&[Assistant::Copilot], Scope::Project);
    assert!(!shared.exists() && machine.project().join(".agents/skills/route/SKILL.md").exists());
    machine.uninstall(&[Assistant::Codex], Scope::Project);
    assert_eq!(machine.everything(), before);
}
