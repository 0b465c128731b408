//! `mlwright install`: sets coding assistants up, and takes away again what it wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use mlwright_assistants::{
    Action, Assistant, Change, Install, InstallError, Kind, Plan, Scope, Surroundings, carry_out, plan_install,
    plan_uninstall,
};
use mlwright_base::system::{files, process};
use mlwright_base::{ErrorCode, Problem};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output;
use crate::run::Setting;

/// Every assistant.
const ALL: &str = "all";
/// How often a plan is made anew because somebody else wrote one of the files meanwhile.
const TRIES_MAX: usize = 3;

const EXAMPLES: &str = "\
Examples:
  mlwright install claude                  for this project: .mcp.json and .claude/skills
  mlwright install codex gemini --user     for you, in every project
  mlwright install all --dry-run           show what would be written, as diffs
  mlwright install all --uninstall         take away what was written, and nothing else";

/// The command line.
pub(crate) fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("install")
        .about("Set coding assistants up: the MCP server's entry in their settings, and the skills")
        .long_about(
            "Sets coding assistants up: writes the entry that starts `mlwright mcp` into the file where each looks for servers, and \
             the skills into the folder where it looks for them. What is in these files stays as it is, byte for byte; what was \
             written is remembered, and --uninstall takes exactly that away.",
        )
        .after_help(EXAMPLES)
        .arg(
            Arg::new("assistant")
                .required(true)
                .num_args(1..)
                .value_name("ASSISTANT")
                .value_parser(Assistant::ALL.map(Assistant::name).into_iter().chain([ALL]).collect::<Vec<_>>())
                .help("Whom to set up; all is every one of them, whether it is on this machine or not"),
        )
        .arg(flag("project", "For everybody who works in this project: files in its folder, to be kept in version control (the default)"))
        .arg(flag("user", "For you, in every project: files in your home folder").conflicts_with("project"))
        .arg(flag("dry-run", "Show the changes as unified diffs, and write nothing"))
        .arg(flag("uninstall", "Take away what an install wrote; what you have changed since stays"))
        .arg(flag("force", "Replace entries and skills of the same name that you wrote yourself; uninstalling puts them back").conflicts_with("uninstall"))
}

/// Plans and writes, and says what became of each file.
///
/// # Errors
/// When one of the files is not valid or cannot be written; nothing was written then, unless a disk failed.
pub(crate) fn run(setting: &Setting, matches: &ArgMatches) -> Result<Exit, Problem> {
    let scope = if matches.get_flag("user") { Scope::User } else { Scope::Project };
    let around = Surroundings::of_process(&project(setting)?);
    let (program, note) = program(scope)?;
    let assistants = assistants(matches);
    let (uninstall, dry_run) = (matches.get_flag("uninstall"), matches.get_flag("dry-run"));
    let install = Install {
        assistants: &assistants,
        scope,
        command: &program,
        skills: mlwright_skills::all(),
        force: matches.get_flag("force"),
    };
    let plan = || if uninstall { plan_uninstall(&assistants, scope, &around) } else { plan_install(&install, &around) };
    let mut n_tries = 0;
    let plan = loop {
        n_tries += 1;
        let plan = plan()?;
        if dry_run {
            break plan;
        }
        match carry_out(plan.clone()) {
            Ok(()) => break plan,
            Err(InstallError::Changed { .. }) if n_tries < TRIES_MAX => {}
            Err(error) => return Err(error.into()),
        }
    };
    let mut report = Report { plan: &plan, project: around.project(), dry_run, uninstall, notes: Vec::new() };
    if !uninstall {
        report.notes.extend(note);
    }
    if !uninstall && plan.writes() {
        let steps = assistants
            .iter()
            .filter_map(|assistant| Some(format!("{} {}", assistant.title(), assistant.next_step(scope)?)));
        report.notes.extend(steps);
    }
    Ok(if setting.json { output::json(&report.json()) } else { output::result(&report.text()) })
}

/// The project's folder, without links.
fn project(setting: &Setting) -> Result<PathBuf, Problem> {
    let folder = setting.workspace()?;
    if !files::is_dir(&folder) {
        return Err(Problem::new(ErrorCode::NotFound, format!("the folder {} does not exist", folder.display()))
            .hint("make it, or name another with --workspace"));
    }
    files::canonical(&folder)
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot find {}: {error}", folder.display())))
}

fn assistants(matches: &ArgMatches) -> Vec<Assistant> {
    let names: BTreeSet<&str> =
        matches.get_many::<String>("assistant").into_iter().flatten().map(String::as_str).collect();
    Assistant::ALL.into_iter().filter(|assistant| names.contains(ALL) || names.contains(assistant.name())).collect()
}

/// The program that entries start, and what there is to say about it. The name alone is right on every machine
/// of those who share a project; where it does not lead here, only the path is.
fn program(scope: Scope) -> Result<(String, Option<String>), Problem> {
    let own = process::current_program()
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot find this program: {error}")))?;
    let on_path = process::find_program("mlwright").filter(|path| is_same(path, &own));
    let path = on_path.as_ref().unwrap_or(&own).to_string_lossy().into_owned();
    Ok(match (scope, on_path) {
        (Scope::User, _) => (path, None),
        (Scope::Project, Some(_)) => ("mlwright".to_owned(), None),
        (Scope::Project, None) => {
            let note = format!(
                "the entries name {path}, which is right on this machine only: `mlwright` on PATH is not this program; put it there and run this again before you share them"
            );
            (path, Some(note))
        }
    })
}

/// Whether two paths lead to one file.
pub(crate) fn is_same(a: &Path, b: &Path) -> bool {
    files::canonical(a).is_ok_and(|a| files::canonical(b).is_ok_and(|b| a == b))
}

/// What there is to say.
struct Report<'a> {
    plan: &'a Plan,
    project: &'a Path,
    dry_run: bool,
    uninstall: bool,
    notes: Vec<String>,
}

impl Report<'_> {
    /// A path as people write it.
    fn shown(&self, path: &Path) -> String {
        let shown =
            if self.plan.scope == Scope::Project { path.strip_prefix(self.project).unwrap_or(path) } else { path };
        shown.to_string_lossy().into_owned()
    }

    fn json(&self) -> Value {
        let files: Vec<Value> = self
            .plan
            .changes
            .iter()
            .map(|change| {
                let mut file = json!({
                    "path": change.path.to_string_lossy(),
                    "kind": change.kind,
                    "assistants": change.assistants,
                    "action": change.action,
                    "note": change.note,
                });
                if self.dry_run {
                    file["diff"] = change.diff(&self.shown(&change.path)).into();
                }
                file
            })
            .collect();
        json!({
            "scope": self.plan.scope,
            "project": self.project.to_string_lossy(),
            "dry_run": self.dry_run,
            "changed": !self.dry_run && self.plan.writes(),
            "files": files,
            "notes": self.notes,
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if self.dry_run {
            for change in &self.plan.changes {
                text.push_str(&change.diff(&self.shown(&change.path)));
            }
        }
        text.push_str(&match self.plan.scope {
            Scope::Project => format!("project {}\n", self.project.display()),
            Scope::User => "user\n".to_owned(),
        });
        if self.plan.changes.is_empty() {
            text.push_str(if self.uninstall { "  nothing was installed here\n" } else { "  nothing to do\n" });
        }
        for line in self.lines() {
            text.push_str(&line);
        }
        for note in &self.notes {
            text.push_str(&format!("note: {note}\n"));
        }
        if self.dry_run {
            text.push_str("nothing was written\n");
        }
        text
    }

    /// A line for each settings file and for each folder of skills, and one for each skill that is not as the others.
    fn lines(&self) -> Vec<String> {
        let titles = |assistants: &BTreeSet<Assistant>| {
            assistants.iter().map(|assistant| assistant.title()).collect::<Vec<_>>().join(", ")
        };
        let line = |action: Action, what: &str, of: &str, note: &str| {
            let note = if note.is_empty() { String::new() } else { format!("\n             {note}") };
            format!("  {:<10} {what} ({of}){note}\n", word(action))
        };
        let mut lines = Vec::new();
        let mut skills: BTreeMap<(PathBuf, &str), (Action, usize, BTreeSet<Assistant>)> = BTreeMap::new();
        for change in &self.plan.changes {
            if change.kind == Kind::Settings || !change.note.is_empty() {
                lines.push(line(change.action, &self.shown(&change.path), &titles(&change.assistants), &change.note));
            } else {
                let group = skills
                    .entry((skills_folder(change), word(change.action)))
                    .or_insert_with(|| (change.action, 0, BTreeSet::new()));
                group.1 += 1;
                group.2.extend(&change.assistants);
            }
        }
        for ((folder, _), (action, n_files, assistants)) in skills {
            let files = if n_files == 1 { "file" } else { "files" };
            lines.push(line(
                action,
                &format!("{}: {n_files} {files} of skills", self.shown(&folder)),
                &titles(&assistants),
                "",
            ));
        }
        lines
    }
}

/// The folder of skills that a skill's file is in.
fn skills_folder(change: &Change) -> PathBuf {
    let is_skills = |folder: &&Path| folder.file_name().is_some_and(|name| name == "skills");
    change.path.ancestors().find(is_skills).unwrap_or(&change.path).to_path_buf()
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Updated => "updated",
        Action::Unchanged => "already",
        Action::Kept => "kept",
        Action::Removed => "removed",
        Action::Shared => "shared",
        Action::Gone => "gone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(line: &str) -> Vec<Assistant> {
        assistants(&command().try_get_matches_from(line.split(' ')).unwrap())
    }

    #[test]
    fn assistants_are_named_once_and_all_is_all() {
        assert_eq!(named("install codex claude codex"), [Assistant::Claude, Assistant::Codex]);
        assert_eq!(named("install gemini all"), Assistant::ALL);
        for wrong in
            ["install", "install emacs", "install claude --user --project", "install claude --uninstall --force"]
        {
            assert!(command().try_get_matches_from(wrong.split(' ')).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_project_that_is_shared_names_no_path_that_is_right_here_only() {
        let (path, note) = program(Scope::User).unwrap();
        assert!(Path::new(&path).is_absolute() && note.is_none());
        let (name, note) = program(Scope::Project).unwrap();
        assert!(name == "mlwright" || note.is_some_and(|note| note.contains(&path)));
    }
}
