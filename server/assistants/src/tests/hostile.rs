//! Files that cannot be edited, links, and crashes.

use super::*;
use crate::Action;
use crate::manifest::Kept;

/// Why an install of one assistant is refused; nothing may have been written.
fn refused(machine: &Machine, assistant: Assistant) -> InstallError {
    let before = machine.everything();
    let error = machine.plan(&[Assistant::VsCode, assistant], Scope::Project).unwrap_err();
    assert_eq!(machine.everything(), before);
    error
}

#[test]
fn files_that_are_not_valid_are_not_touched_and_the_place_is_named() {
    for (assistant, text, place) in [
        (Assistant::Claude, "{\n  \"mcpServers\": {\n    \"a\": }\n}", "line 3, column 10"),
        (Assistant::Claude, "{ \"a\": 1 } { }", "line 1"),
        (Assistant::Claude, "{ a: 1 }", "line 1"),
        (Assistant::Claude, "{ \"a\": 1", "line 1"),
        (Assistant::Claude, "[]", "does not hold an object"),
        (Assistant::Claude, "{ \"mcpServers\": [] }", "\"mcpServers\" is not an object"),
        (Assistant::Claude, "{ \"mcpServers\": null }", "\"mcpServers\" is not an object"),
        (Assistant::Codex, "a = 1\nb = \n", "line 2"),
        (Assistant::Codex, "a = 1\na = 2\n", "line 2"),
        (Assistant::Codex, "mcp_servers = 3\n", "\"mcp_servers\" is not a table"),
        (Assistant::Codex, "[[mcp_servers]]\n", "\"mcp_servers\" is not a table"),
    ] {
        let machine = Machine::new();
        machine.put(assistant, Scope::Project, text);
        let said = refused(&machine, assistant).to_string();
        assert!(said.contains(place), "{text:?}: {said}");
    }
    let deep = "[".repeat(100_000);
    let machine = Machine::new();
    machine.put(Assistant::Gemini, Scope::Project, deep);
    assert!(matches!(refused(&machine, Assistant::Gemini), InstallError::Invalid { .. }));
}

#[test]
fn what_is_no_text_file_is_left_alone() {
    let machine = Machine::new();
    let path = machine.put(Assistant::Gemini, Scope::Project, b"{\"a\": \"\xff\"}");
    assert!(matches!(refused(&machine, Assistant::Gemini), InstallError::NotText { .. }));
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(refused(&machine, Assistant::Gemini), InstallError::Folder { .. }));
}

#[cfg(unix)]
#[test]
fn read_only_files_are_refused_and_modes_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new();
    let path = machine.put(Assistant::Gemini, Scope::Project, "{}");
    let mode = |mode: u32| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o444);
    assert!(matches!(refused(&machine, Assistant::Gemini), InstallError::ReadOnly { .. }));
    mode(0o640);
    machine.install(&[Assistant::Gemini], Scope::Project);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn links_are_written_through() {
    use std::os::unix::fs::symlink;
    let machine = Machine::new();
    let elsewhere = machine.project().join("dotfiles.json");
    std::fs::write(&elsewhere, "{\n  \"k\": 1\n}\n").unwrap();
    let path = machine.settings(Assistant::Cursor, Scope::User);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let before = machine.everything();
    machine.install(&[Assistant::Cursor], Scope::User);
    assert!(path.is_symlink() && entry(&elsewhere, Assistant::Cursor, &machine, Scope::User).is_some());
    machine.uninstall(&[Assistant::Cursor], Scope::User);
    assert_eq!(machine.everything(), before);
    std::fs::remove_file(&elsewhere).unwrap();
    assert!(matches!(machine.plan(&[Assistant::Cursor], Scope::User), Err(InstallError::DanglingLink { .. })));
}

#[cfg(unix)]
#[test]
fn one_folder_of_skills_for_two_assistants_is_written_once() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.project().join(".claude")).unwrap();
    std::fs::create_dir_all(machine.project().join(".agents/skills")).unwrap();
    std::os::unix::fs::symlink("../.agents/skills", machine.project().join(".claude/skills")).unwrap();
    let before = machine.everything();
    let changes = machine.install(&[Assistant::Claude, Assistant::Codex], Scope::Project);
    assert_eq!(changes.iter().filter(|change| change.path.ends_with("route/SKILL.md")).count(), 1);
    machine.uninstall(&[Assistant::Claude], Scope::Project);
    assert!(machine.project().join(".agents/skills/route/SKILL.md").exists(), "Codex reads it, too");
    machine.uninstall(&[Assistant::Codex], Scope::Project);
    assert_eq!(machine.everything(), before);
}

/// A crash after any of the writes leaves what the next command can deal with.
#[test]
fn crashes_between_writes_lose_nothing() {
    let others = "{\n  \"k\": 1\n}\n";
    for n_written in 0..4 {
        for update in [false, true] {
            let machine = Machine::new();
            machine.put(Assistant::Gemini, Scope::Project, others);
            let before = machine.everything();
            if update {
                done(machine.plan_with(&[Assistant::Gemini], Scope::Project, "/old/mlwright", SKILLS, false).unwrap());
            }
            let plan = machine.plan(&[Assistant::Gemini], Scope::Project).unwrap();
            let mut kept = Kept::load(Scope::Project, &machine.around()).unwrap();
            kept.store(&plan.intent).unwrap();
            for change in plan.changes.iter().filter(|change| change.writes()).take(n_written) {
                std::fs::create_dir_all(change.path.parent().unwrap()).unwrap();
                std::fs::write(&change.path, change.after.as_ref().unwrap()).unwrap();
            }
            // The end of the work, or its undoing.
            if n_written % 2 == 0 {
                machine.install(&[Assistant::Gemini], Scope::Project);
                let path = machine.settings(Assistant::Gemini, Scope::Project);
                assert_eq!(entry(&path, Assistant::Gemini, &machine, Scope::Project).unwrap()["command"], COMMAND);
            }
            let changes = machine.uninstall(&[Assistant::Gemini], Scope::Project);
            assert!(changes.iter().all(|change| change.action != Action::Kept), "{n_written} {update}: {changes:?}");
            assert_eq!(machine.everything(), before, "{n_written} {update}");
        }
    }
}

#[test]
fn a_file_that_changes_after_the_plan_is_not_overwritten() {
    let machine = Machine::new();
    let path = machine.put(Assistant::Claude, Scope::User, "{}");
    let plan = machine.plan(&[Assistant::Claude], Scope::User).unwrap();
    std::fs::write(&path, "{ \"numStartups\": 2 }").unwrap();
    assert!(matches!(carry_out(plan), Err(InstallError::Changed { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ \"numStartups\": 2 }");
    assert!(!path.with_file_name(".claude.json.lock").exists());
    machine.install(&[Assistant::Claude], Scope::User);
    machine.uninstall(&[Assistant::Claude], Scope::User);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ \"numStartups\": 2 }");
}

#[test]
fn what_became_invalid_is_kept_when_uninstalling() {
    let machine = Machine::new();
    let path = machine.put(Assistant::Gemini, Scope::Project, "{}");
    machine.install(&[Assistant::Gemini], Scope::Project);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let changes = machine.uninstall(&[Assistant::Gemini], Scope::Project);
    assert!(changes.iter().any(|change| change.action == Action::Kept && change.note.contains("line ")), "{changes:?}");
    std::fs::write(&path, whole).unwrap();
    machine.uninstall(&[Assistant::Gemini], Scope::Project);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
}

#[test]
fn a_manifest_that_cannot_be_read_is_no_licence() {
    let machine = Machine::new();
    machine.install(&[Assistant::Gemini], Scope::Project);
    let manifest = machine.project().join(".mlwright/install.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    for wrong in ["{", "{}", &text.replacen("\"version\": 1", "\"version\": 2", 1)] {
        std::fs::write(&manifest, wrong).unwrap();
        assert!(matches!(machine.plan(&[Assistant::Gemini], Scope::Project), Err(InstallError::Manifest { .. })));
        assert!(matches!(plan_uninstall(&[Assistant::Gemini], Scope::Project, &machine.around()), Err(InstallError::Manifest { .. })));
    }
}

#[cfg(unix)]
#[test]
fn a_project_decides_about_nothing_outside_of_it() {
    use std::os::unix::fs::symlink;
    let machine = Machine::new();
    let secret = machine.folder.path().join("home/.profile");
    std::fs::write(&secret, "theirs\n").unwrap();
    // Links that the project brings along.
    for (link, target, assistant) in [(".cursor/mcp.json", "home/.profile", Assistant::Cursor), (".agents/skills", "home", Assistant::Gemini), (".claude", "project/.git", Assistant::Claude)] {
        let link = machine.project().join(link);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::fs::create_dir_all(machine.project().join(".git")).unwrap();
        symlink(machine.folder.path().join(target), &link).unwrap();
        assert!(matches!(machine.plan(&[assistant], Scope::Project), Err(InstallError::OutsideProject { .. })), "{link:?}");
        std::fs::remove_file(&link).unwrap();
    }
    // A manifest that the project brings along: it would have a file written whose content is known.
    machine.install(&[Assistant::Gemini], Scope::Project);
    let manifest = machine.project().join(".mlwright/install.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let theirs = crate::splice::hash("theirs\n");
    let link = machine.project().join(".agents/skills/out");
    symlink(secret.parent().unwrap(), &link).unwrap();
    for path in [secret.to_str().unwrap(), "../home/.profile", ".agents/skills/../../../home/.profile", ".agents/skills/out/.profile", ".git/config", "README.md"] {
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["files"].as_array_mut().unwrap().push(serde_json::json!({ "path": path, "assistants": ["gemini"], "hash": theirs, "overwrote": "ours\n" }));
        std::fs::write(&manifest, value.to_string()).unwrap();
        assert!(matches!(plan_uninstall(&[Assistant::Gemini], Scope::Project, &machine.around()), Err(InstallError::Manifest { .. })), "{path}");
    }
    std::fs::remove_file(&link).unwrap();
    std::fs::write(&manifest, text).unwrap();
    machine.uninstall(&[Assistant::Gemini], Scope::Project);
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "theirs\n");
}

#[test]
fn the_home_folder_is_no_project() {
    let machine = Machine::new();
    let home = machine.folder.path().join("home");
    let around = Surroundings::new(&home, Platform::Xdg, [("HOME".to_owned(), home.to_string_lossy().into_owned())]);
    let install = Install { assistants: &[Assistant::Codex], scope: Scope::Project, command: COMMAND, skills: SKILLS, force: false };
    assert!(matches!(plan_install(&install, &around), Err(InstallError::HomeIsNoProject { .. })));
    assert!(plan_install(&Install { scope: Scope::User, ..install }, &around).is_ok());
}
