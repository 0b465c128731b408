//! From arguments to an exit code.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::error::ErrorKind;
use mlwright_base::system::environment;
use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::{Engine, Workspace};

use crate::command::{self, IMAGE_DIR, JSON, QUIET, VERBOSE, WORKSPACE};
use crate::exit::Exit;
use crate::logs::Level;
use crate::operate::Operate;
use crate::{
    audit, check, docs, doctor, flags, hyphens, init, install, logs, operate, output, services, skills, tokens,
};

/// What every command is given.
pub(crate) struct Setting {
    /// `--workspace`, when it was given.
    workspace: Option<PathBuf>,
    /// Print JSON.
    pub(crate) json: bool,
    /// Show no progress.
    pub(crate) quiet: bool,
}

impl Setting {
    /// The workspace's folder: the one that was named, else the nearest upwards.
    ///
    /// # Errors
    /// [`ErrorCode::Storage`] when there is no current folder.
    pub(crate) fn workspace(&self) -> Result<PathBuf, Problem> {
        match &self.workspace {
            Some(directory) => Ok(directory.clone()),
            None => Ok(Workspace::find(&current_dir()?)),
        }
    }

    /// The folder that a new workspace is made in: the one that was named, else the current one.
    ///
    /// # Errors
    /// [`ErrorCode::Storage`] when there is no current folder.
    pub(crate) fn new_workspace(&self) -> Result<PathBuf, Problem> {
        match &self.workspace {
            Some(directory) => Ok(directory.clone()),
            None => current_dir(),
        }
    }

    /// Opens the workspace.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub(crate) fn engine(&self) -> Result<Engine, Problem> {
        Engine::open(&self.workspace()?)
    }
}

fn current_dir() -> Result<PathBuf, Problem> {
    environment::current_dir().map_err(|error| {
        Problem::new(ErrorCode::Storage, format!("cannot find the current folder: {error}"))
            .hint("name the workspace with --workspace")
    })
}

/// Does what the arguments (without the program's name) ask for.
pub(crate) fn run(arguments: Vec<OsString>) -> Exit {
    let line = std::iter::once(OsString::from("mlwright")).chain(hyphens::joined(arguments));
    let matches = match command::command().try_get_matches_from(line) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version go to stdout, wrong usage to stderr. A reader that left is no error.
            let _ = error.print();
            return if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
                Exit::Done
            } else {
                Exit::Usage
            };
        }
    };
    let Some((name, inner)) = matches.subcommand() else { return Exit::Usage };
    let setting = Setting {
        workspace: inner.get_one::<PathBuf>(WORKSPACE).cloned(),
        json: inner.get_flag(JSON),
        quiet: inner.get_flag(QUIET),
    };
    logs::start(level(name, inner));
    let outcome = match name {
        "init" => init::run(&setting, inner.get_flag("print")),
        "mcp" => services::mcp(&setting, inner),
        "lsp" => services::lsp(&setting),
        "check" => check::run(&setting, inner),
        "token" => tokens::run(&setting, inner),
        "serve" => {
            services::serve(&setting, inner.get_one::<String>("host").cloned(), inner.get_one::<u16>("port").copied())
        }
        "job" => services::job(&setting, inner),
        "audit" => audit::verify(&setting, inner),
        "install" => install::run(&setting, inner),
        "doctor" => doctor::run(&setting),
        "docs" => match inner.get_one::<PathBuf>("skills") {
            Some(folder) => skills::write(folder),
            None => Ok(output::result(&docs::operations())),
        },
        "version" => Ok(version(&setting)),
        name => operation(name, inner, &setting),
    };
    outcome.unwrap_or_else(|problem| output::problem(&problem, setting.json))
}

fn operation(name: &str, matches: &ArgMatches, setting: &Setting) -> Result<Exit, Problem> {
    let operation = mlwright_operations::find(name)?;
    let input = flags::input(operation, matches);
    let image_dir = matches.get_one::<PathBuf>(IMAGE_DIR).cloned();
    operate::run(Operate { operation, input, image_dir }, setting)
}

fn version(setting: &Setting) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    if setting.json {
        return output::json(&serde_json::json!({ "name": "mlwright", "version": version }));
    }
    output::result(&format!("mlwright {version}"))
}

/// Servers and jobs write their logs into files that somebody may have to read later.
fn level(name: &str, matches: &ArgMatches) -> Level {
    match matches.get_count(VERBOSE) {
        0 if matches!(name, "serve" | "job") => Level::Info,
        0 => Level::Warn,
        1 => Level::Info,
        _ => Level::Debug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(line: &str) -> Exit {
        run(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn wrong_usage_is_exit_code_two() {
        assert_eq!(exit("no-such-command"), Exit::Usage);
        assert_eq!(exit("train --table t.csv"), Exit::Usage);
        assert_eq!(exit("list-tables --limt 3"), Exit::Usage);
    }

    #[test]
    fn a_workspace_that_is_not_there_is_the_operations_error() {
        assert_eq!(exit("list-tables --workspace /no/such/folder"), Exit::Failed);
    }

    #[test]
    fn help_and_version_are_done() {
        assert_eq!(exit("--help"), Exit::Done);
        assert_eq!(exit("version"), Exit::Done);
    }
}
