//! The assistants on this machine: whether each starts this program, and has the skills.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlwright_assistants::{Assistant, Launch, Scope, SettingsState, SkillsState, State, Surroundings, state};
use mlwright_base::Problem;
use mlwright_base::system::{files, process};

use super::conversation::{Introduced, introduce};
use super::finding::Finding;
use crate::command;
use crate::install::is_same;

const AREA: &str = "assistants";

pub(super) fn look(around: &Surroundings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut absent = Vec::new();
    let mut started = Started::default();
    for assistant in Assistant::ALL {
        let states =
            [Scope::Project, Scope::User].map(|scope| (scope, state(assistant, scope, mlwright_skills::all(), around)));
        if is_here(assistant, &states) {
            findings.extend(one(assistant, states, &mut started));
        } else {
            absent.push(assistant.title());
        }
    }
    if !absent.is_empty() {
        findings.push(Finding::ok(AREA, format!("not on this machine: {}", absent.join(", "))));
    }
    findings
}

type States = [(Scope, Result<State, mlwright_assistants::InstallError>); 2];

fn is_here(assistant: Assistant, states: &States) -> bool {
    let used = states.iter().any(|(_, state)| state.as_ref().is_ok_and(|state| files::is_dir(&state.place.trace)));
    used || assistant.programs().iter().any(|name| process::find_program(name).is_some())
}

fn one(assistant: Assistant, states: States, started: &mut Started) -> Vec<Finding> {
    let title = assistant.title();
    let mut findings = Vec::new();
    let mut has_entry = false;
    for (scope, state) in states {
        let install = install_command(assistant, scope);
        let state = match state {
            Ok(state) => state,
            Err(error) => {
                let problem = Problem::from(error);
                findings.push(Finding::warn(
                    AREA,
                    format!("{title}, {}: {}", scope.name(), problem.message),
                    problem.hint,
                ));
                continue;
            }
        };
        let file = state.place.settings.display();
        match state.settings {
            SettingsState::NoEntry => continue,
            SettingsState::Broken(error) => {
                let problem = Problem::from(error);
                findings.push(Finding::broken(AREA, format!("{title}: {}", problem.message), problem.hint));
                continue;
            }
            SettingsState::Entry { launch: None } => {
                has_entry = true;
                let what = format!("{title}: the entry in {file} starts no program, so that it was not tried");
                findings.push(Finding::warn(AREA, what, format!("`{install} --force` replaces it")));
            }
            SettingsState::Entry { launch: Some(launch) } => {
                has_entry = true;
                findings.push(entry(&format!("{title}: the entry in {file}"), &launch, scope, &install, started));
            }
        }
        findings.extend(skills(title, &state.place.skills, state.skills, &install));
    }
    if !has_entry && findings.is_empty() {
        let what = format!("{title} is on this machine and does not know mlwright");
        findings.push(Finding::warn(AREA, what, format!("`{}`", install_command(assistant, Scope::Project))));
    }
    findings
}

fn install_command(assistant: Assistant, scope: Scope) -> String {
    let flag = if scope == Scope::User { " --user" } else { "" };
    format!("mlwright install {}{flag}", assistant.name())
}

/// Tries an entry, as its assistant would.
fn entry(which: &str, launch: &Launch, scope: Scope, install: &str, started: &mut Started) -> Finding {
    let named = Path::new(&launch.command);
    let found = if named.components().count() == 1 {
        process::find_program(&launch.command)
    } else {
        Some(launch.directory.join(named))
    };
    let Some(program) = found.filter(|path| files::is_program(path)) else {
        return Finding::broken(
            AREA,
            format!("{which} names {}, which is not there", launch.command),
            format!("`{install}`, with --force if you wrote it"),
        );
    };
    let is_this = process::current_program().is_ok_and(|own| is_same(&own, &program));
    // What a project brings along may be anybody's: it is started only where it is this program as a server.
    if scope == Scope::Project && !(is_this && is_server(launch)) {
        let what = format!(
            "{which} starts {} {}, which was not tried: it comes with the project",
            launch.command,
            launch.arguments.join(" ")
        );
        return Finding::warn(
            AREA,
            what,
            format!("`{install}` from the program that it is to start, with --force if you wrote it"),
        );
    }
    match started.try_once(&program, launch) {
        Ok(Introduced { version, n_tools }) if is_this => {
            Finding::ok(AREA, format!("{which} starts mlwright {version}, which offers {n_tools} tools"))
        }
        Ok(Introduced { version, .. }) => Finding::warn(
            AREA,
            format!("{which} starts another program: {}, version {version}", program.display()),
            format!("`{install}` to start this one"),
        ),
        Err(why) => Finding::broken(
            AREA,
            format!("{which} was tried: {why}"),
            format!("start it yourself to see what it says: {} {}", launch.command, launch.arguments.join(" ")),
        ),
    }
}

/// Whether the arguments ask this program to be a server, and nothing else.
fn is_server(launch: &Launch) -> bool {
    let line = std::iter::once("mlwright").chain(launch.arguments.iter().map(String::as_str));
    command::command().try_get_matches_from(line).is_ok_and(|matches| matches.subcommand_name() == Some("mcp"))
}

fn skills(title: &str, folder: &Path, found: SkillsState, install: &str) -> Option<Finding> {
    let SkillsState { n_current, n_old, n_changed, n_missing } = found;
    let folder = folder.display();
    let mend = format!("`{install}` writes them");
    if n_old > 0 {
        return Some(Finding::warn(
            AREA,
            format!("{title}: {n_old} files of skills in {folder} are of another version"),
            mend,
        ));
    }
    if n_missing > 0 {
        let n_all = n_current + n_old + n_changed + n_missing;
        return Some(Finding::warn(
            AREA,
            format!("{title}: {n_missing} of {n_all} files of skills are missing from {folder}"),
            mend,
        ));
    }
    if n_changed > 0 {
        return Some(Finding::ok(
            AREA,
            format!("{title}: the skills in {folder} are there, {n_changed} files changed by hand"),
        ));
    }
    (n_current > 0).then(|| Finding::ok(AREA, format!("{title}: the skills in {folder} are there and up to date")))
}

/// What was started already: assistants share entries.
#[derive(Default)]
struct Started(BTreeMap<(PathBuf, Vec<String>, PathBuf), Result<Introduced, String>>);

impl Started {
    fn try_once(&mut self, program: &Path, launch: &Launch) -> Result<Introduced, String> {
        let key = (program.to_path_buf(), launch.arguments.clone(), launch.directory.clone());
        self.0.entry(key).or_insert_with(|| introduce(program, launch)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(arguments: &[&str]) -> Launch {
        Launch {
            command: "mlwright".to_owned(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            directory: "/".into(),
        }
    }

    #[test]
    fn only_servers_of_a_project_are_started() {
        assert!(is_server(&launch(&["mcp"])) && is_server(&launch(&["--workspace", "/p", "mcp"])));
        for wrong in [&["stop-endpoint", "--endpoint", "mcp"][..], &["serve"], &[], &["mcp", "serve"]] {
            assert!(!is_server(&launch(wrong)), "{wrong:?}");
        }
        let mut started = Started::default();
        let stranger = Launch { command: "/bin/sh".to_owned(), ..launch(&["-c", "exit 3"]) };
        let finding = entry("the entry", &stranger, Scope::Project, "install", &mut started);
        assert!(finding.what.contains("was not tried") && started.0.is_empty(), "{finding:?}");
        let finding = entry("the entry", &stranger, Scope::User, "install", &mut started);
        assert!(
            finding.what.contains("ended without an answer") || finding.what.contains("ended at once"),
            "{finding:?}"
        );
        assert_eq!(started.0.len(), 1);
    }

    #[test]
    fn a_program_that_is_gone_is_named() {
        for command in ["/no/such/program", "no-such-program"] {
            let finding = entry(
                "the entry",
                &Launch { command: command.to_owned(), ..launch(&["mcp"]) },
                Scope::User,
                "install",
                &mut Started::default(),
            );
            assert!(finding.what.contains(command) && finding.what.contains("not there"), "{finding:?}");
        }
    }

    #[test]
    fn skills_are_as_good_as_their_worst_file() {
        let of = |n_current, n_old, n_changed, n_missing| {
            skills("A", Path::new("/s"), SkillsState { n_current, n_old, n_changed, n_missing }, "install")
                .map(|finding| finding.what)
                .unwrap_or_default()
        };
        assert!(of(3, 0, 0, 0).contains("up to date"));
        assert!(of(3, 1, 0, 1).contains("another version"));
        assert!(of(1, 0, 0, 2).contains("2 of 3 files"));
        assert!(of(1, 0, 2, 0).contains("2 files changed by hand"));
        assert_eq!(of(0, 0, 0, 0), "");
    }
}
