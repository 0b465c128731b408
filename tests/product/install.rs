//! `mlwright install` and `mlwright doctor`, with settings files of the shapes that assistants and their users
//! leave behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mlwright_tests::{Ended, program, root};
use serde_json::Value;
use tempfile::TempDir;

/// An assistant, where its settings are in a project and in the home folder, and the path of the entry in them.
struct Assistant {
    name: &'static str,
    project: &'static str,
    user: &'static str,
    container: &'static str,
}

const fn assistant(name: &'static str, project: &'static str, user: &'static str, container: &'static str) -> Assistant {
    Assistant { name, project, user, container }
}

const ASSISTANTS: [Assistant; 7] = [
    assistant("claude", ".mcp.json", ".claude.json", "mcpServers"),
    assistant("codex", ".codex/config.toml", ".codex/config.toml", "mcp_servers"),
    assistant("copilot", ".mcp.json", ".copilot/mcp-config.json", "mcpServers"),
    assistant("gemini", ".gemini/settings.json", ".gemini/settings.json", "mcpServers"),
    assistant("cursor", ".cursor/mcp.json", ".cursor/mcp.json", "mcpServers"),
    assistant("opencode", "opencode.json", ".config/opencode/opencode.json", "mcp"),
    assistant("vscode", ".vscode/mcp.json", ".config/Code/User/mcp.json", "servers"),
];

/// A home folder and a project of nobody.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["home", "home/project", "empty"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        Self { folder }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn project(&self) -> PathBuf {
        self.home().join("project")
    }

    fn settings(&self, assistant: &Assistant, user: bool) -> PathBuf {
        if user { self.home().join(assistant.user) } else { self.project().join(assistant.project) }
    }

    fn put(&self, path: &Path, bytes: &[u8]) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program());
        // Nothing of this machine's own settings and programs.
        command.env_clear().env("HOME", self.home()).env("PATH", self.folder.path().join("empty"));
        command.current_dir(self.project()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command().args(arguments).output().expect("the binary starts"))
    }

    /// A command that must succeed; its structured answer.
    fn ok(&self, arguments: &[&str]) -> Value {
        let ended = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
    }

    /// Every file and folder, with what it holds.
    fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
                if entry.is_symlink() {
                    found.insert(entry.clone(), std::fs::read_link(&entry).expect("a link").to_string_lossy().into_owned().into_bytes());
                } else if entry.is_dir() {
                    found.insert(entry.clone(), Vec::new());
                    folders.push(entry);
                } else {
                    found.insert(entry.clone(), std::fs::read(&entry).expect("a file"));
                }
            }
        }
        found
    }
}

fn shapes() -> Vec<(String, Vec<u8>)> {
    let folder = root().join("tests/data/settings");
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .expect("the shapes")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| ["json", "jsonc", "toml"].iter().any(|known| extension == *known)))
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(&path).expect("a file")))
        .collect();
    found.sort();
    assert!(found.len() >= 30, "{} shapes", found.len());
    found
}

/// What the actions are, by how often.
fn actions(answer: &Value) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for file in answer["files"].as_array().expect("files") {
        *found.entry(file["action"].as_str().expect("an action").to_owned()).or_default() += 1;
    }
    found
}

#[test]
fn every_shape_is_byte_for_byte_as_it_was_after_uninstalling() {
    // One after another over the assistants, so that every shape meets every place over time, and each scope.
    for (number, (name, bytes)) in shapes().iter().enumerate() {
        let fitting: Vec<&Assistant> = ASSISTANTS.iter().filter(|assistant| (assistant.name == "codex") == name.ends_with(".toml")).collect();
        for (turn, user) in [false, true].into_iter().enumerate() {
            let assistant = fitting[(number + turn) % fitting.len()];
            let scope = if user { "--user" } else { "--project" };
            let of = format!("{name}, {}, {scope}", assistant.name);
            let machine = Machine::new();
            let path = machine.settings(assistant, user);
            machine.put(&path, bytes);
            let before = machine.everything();
            let dry = machine.ok(&["install", assistant.name, scope, "--dry-run"]);
            assert_eq!(machine.everything(), before, "a dry run writes nothing: {of}");
            assert!(dry["files"][0]["diff"].as_str().is_some_and(|diff| diff.contains("mlwright")), "{of}: {dry}");
            let installed = machine.ok(&["install", assistant.name, scope]);
            assert_eq!(installed["changed"], true, "{of}");
            let text = std::fs::read(&path).expect("the settings");
            let program = program().to_string_lossy().into_owned();
            assert!(String::from_utf8_lossy(&text).contains(&program), "{of}");
            let after = machine.everything();
            let again = machine.ok(&["install", assistant.name, scope]);
            assert!(again["changed"] == false && machine.everything() == after, "{of}: {again}");
            let gone = machine.ok(&["install", assistant.name, scope, "--uninstall"]);
            assert_eq!(actions(&gone).into_keys().collect::<Vec<_>>(), ["removed"], "{of}: {gone}");
            assert_eq!(machine.everything(), before, "{of}");
        }
    }
}

#[test]
fn all_assistants_at_once_and_nothing_is_left() {
    for scope in ["--project", "--user"] {
        let machine = Machine::new();
        let before = machine.everything();
        machine.ok(&["install", "all", scope]);
        for assistant in &ASSISTANTS {
            let text = std::fs::read_to_string(machine.settings(assistant, scope == "--user")).expect("its settings");
            assert!(text.contains(assistant.container) && text.contains("mlwright"), "{}: {text}", assistant.name);
        }
        let said = machine.run(&["install", "claude", scope, "--uninstall"]);
        assert!(said.stdout.contains("removed"), "{said:?}");
        machine.ok(&["install", "all", scope, "--uninstall"]);
        assert_eq!(machine.everything(), before);
        let said = machine.run(&["install", "all", scope, "--uninstall"]);
        assert!(said.code == Some(0) && said.stdout.contains("nothing was installed here"), "{said:?}");
    }
}

#[test]
fn the_name_is_written_where_it_leads_here_and_a_dry_run_is_a_diff() {
    let machine = Machine::new();
    let bin = machine.folder.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(program(), bin.join("mlwright")).expect("a link");
    let output = machine.command().env("PATH", &bin).args(["install", "codex", "--dry-run"]).output().expect("the binary starts");
    let ended = Ended::of(output);
    let diff = "--- /dev/null\n+++ b/.codex/config.toml\n@@ -0,0 +1,3 @@\n+[mcp_servers.mlwright]\n+command = \"mlwright\"\n+args = [\"mcp\"]\n";
    assert!(ended.stdout.starts_with(diff) && ended.stdout.ends_with("nothing was written\n"), "{ended:?}");
    let without = machine.run(&["install", "codex", "--dry-run"]);
    assert!(without.stdout.contains("right on this machine only"), "{without:?}");
    let user = machine.command().env("PATH", &bin).args(["install", "codex", "--user", "--dry-run"]).output().expect("the binary starts");
    let link = bin.join("mlwright").to_string_lossy().into_owned();
    assert!(Ended::of(user).stdout.contains(&link), "the path on PATH, which an upgrade keeps");
}

#[test]
fn files_that_cannot_be_edited_are_left_alone() {
    let machine = Machine::new();
    let gemini = machine.settings(&ASSISTANTS[3], false);
    let refused = |code: &str, words: &str| {
        let before = machine.everything();
        let ended = machine.run(&["install", "all", "--json"]);
        let problem: Value = serde_json::from_str(ended.stderr.lines().last().unwrap_or_default()).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        assert!(ended.code == Some(1) && problem["code"] == code && problem["message"].as_str().unwrap_or_default().contains(words), "{ended:?}");
        assert_eq!(machine.everything(), before, "nothing was written for the others either");
    };
    machine.put(&gemini, b"{\n  \"a\": 1,,\n}\n");
    refused("unreadable_data", "line 2, column 10");
    machine.put(&gemini, b"{ \"mcpServers\": \"none\" }");
    refused("conflict", "is not an object");
    machine.put(&gemini, b"{ \"a\": \"\xff\" }");
    refused("unreadable_data", "UTF-8");
    std::fs::remove_file(&gemini).expect("it was there");
    std::fs::create_dir(&gemini).expect("a folder");
    refused("conflict", "is a folder");
    std::fs::remove_dir(&gemini).expect("it is empty");
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        machine.put(&gemini, b"{}");
        std::fs::set_permissions(&gemini, std::fs::Permissions::from_mode(0o400)).expect("a mode");
        refused("refused", "is read-only");
        std::fs::remove_file(&gemini).expect("it was there");
        symlink("nowhere.json", &gemini).expect("a link");
        refused("conflict", "nowhere.json");
        machine.put(&gemini.with_file_name("nowhere.json"), b"{}\n");
        let before = machine.everything();
        machine.ok(&["install", "gemini"]);
        assert!(gemini.is_symlink() && std::fs::read_to_string(&gemini).expect("through the link").contains("mlwright"));
        machine.ok(&["install", "gemini", "--uninstall"]);
        assert_eq!(machine.everything(), before);
    }
}

#[test]
fn what_the_user_wrote_stays_his() {
    let machine = Machine::new();
    let cursor = machine.settings(&ASSISTANTS[4], true);
    let own = b"{ \"mcpServers\": { \"mlwright\": { \"command\": \"mine\" } } }";
    machine.put(&cursor, own);
    let kept = machine.ok(&["install", "cursor", "--user"]);
    assert!(kept["files"][0]["action"] == "kept" && kept["files"][0]["note"].as_str().expect("a note").contains("--force"), "{kept}");
    assert_eq!(std::fs::read(&cursor).expect("it"), own);
    machine.ok(&["install", "cursor", "--user", "--force"]);
    assert_ne!(std::fs::read(&cursor).expect("it"), own);
    machine.ok(&["install", "cursor", "--user", "--uninstall"]);
    assert_eq!(std::fs::read(&cursor).expect("it"), own);
}

/// The findings of a doctor's look, as `status: what`, and how it ended.
fn doctor(machine: &Machine, path: &str) -> (Option<i32>, Vec<String>) {
    let mut command = machine.command();
    if !path.is_empty() {
        command.env("PATH", path);
    }
    let ended = Ended::of(command.args(["doctor", "--json"]).output().expect("the binary starts"));
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    let line = |finding: &Value| format!("{}: {}", finding["status"].as_str().unwrap_or_default(), finding["what"].as_str().unwrap_or_default());
    (ended.code, answer["findings"].as_array().expect("findings").iter().map(line).collect())
}

fn has(findings: &[String], status: &str, words: &str) -> bool {
    findings.iter().any(|finding| finding.starts_with(status) && finding.contains(words))
}

#[test]
fn the_doctor_starts_what_assistants_would_start() {
    let machine = Machine::new();
    let before = machine.everything();
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(0) && has(&findings, "ok", "not on this machine: Claude Code, Codex"), "{findings:?}");
    assert_eq!(machine.everything(), before, "looking changes nothing");
    machine.ok(&["install", "codex", "--user"]);
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(0) && has(&findings, "ok: Codex: the entry in", "starts mlwright") && has(&findings, "ok", "tools"), "{findings:?}");
    assert!(has(&findings, "ok: Codex", "up to date"), "{findings:?}");
    // An entry that leads nowhere, and one whose program is no server.
    let config = machine.settings(&ASSISTANTS[1], true);
    for (command, status, words) in [("/no/such/mlwright", "broken", "is not there"), ("/bin/sh", "broken", "was tried")] {
        std::fs::write(&config, format!("[mcp_servers.mlwright]\ncommand = \"{command}\"\nargs = [\"-c\", \"exit 0\"]\n")).expect("a file");
        let (code, findings) = doctor(&machine, "");
        assert!(code == Some(1) && has(&findings, status, words), "{command}: {findings:?}");
    }
    // What a project brings along is not started.
    std::fs::remove_file(&config).expect("it was there");
    machine.put(&machine.project().join(".codex/config.toml"), b"[mcp_servers.mlwright]\ncommand = \"/bin/sh\"\nargs = [\"-c\", \"touch started\"]\n");
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(0) && has(&findings, "warn", "was not tried"), "{findings:?}");
    assert!(!machine.project().join("started").exists());
    // A file that is not valid.
    std::fs::write(&config, "model = \n").expect("a file");
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(1) && has(&findings, "broken: Codex", "line 1"), "{findings:?}");
}

#[test]
fn the_doctor_sees_what_is_wrong_with_a_workspace() {
    let machine = Machine::new();
    machine.ok(&["list-jobs"]);
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(0) && has(&findings, "ok", "chain holds: 1 records") && has(&findings, "ok", "no endpoint needs one"), "{findings:?}");
    machine.put(&machine.project().join(".mlwright/run/server.json"), br#"{"instance_id":"i","pid":1,"host":"127.0.0.1","port":1,"url":"http://127.0.0.1:1","token":"s3cret-word","version":"0","started":"2026-01-01T00:00:00Z"}"#);
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(0) && has(&findings, "warn", "does not run any more") && !has(&findings, "", "s3cret-word"), "{findings:?}");
    machine.put(&machine.project().join("mlwright.toml"), b"[gate]\ntolerence = 0.1\n");
    let (code, findings) = doctor(&machine, "");
    assert!(code == Some(1) && has(&findings, "broken", "tolerence"), "{findings:?}");
    let said = machine.run(&["doctor"]);
    assert!(said.stdout.contains("mend: ") && said.stdout.ends_with("something is broken\n"), "{said:?}");
}
