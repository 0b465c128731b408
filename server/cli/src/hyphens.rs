//! Texts that begin with a hyphen: SQL with a comment, a list in a description.
//!
//! A flag and its text are two arguments, and a text that begins with a hyphen looks like the next flag.
//! Such a text is joined to its flag (`--sql=-- all of them`). What reads as a flag is left alone, so
//! that a text that was forgotten, or a flag that is misspelt, is still told as such.

use std::ffi::OsString;

use mlwright_operations::Registered;

use crate::flags::{self, Kind};

/// The flag of all commands that takes a value of its own.
const WORKSPACE: &str = "--workspace";
/// The one-letter flags of all commands.
const SHORT: &str = "qvhV";

/// The arguments of a command line, with texts that begin with a hyphen joined to their flags.
pub(crate) fn joined(arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(operation) = operation(&arguments) else { return arguments };
    let texts: Vec<String> = flags::fields(operation)
        .filter(|(_, schema)| Kind::of(schema) == Kind::Text)
        .flat_map(|(name, _)| [format!("--{name}"), format!("--{}", flags::flag(name))])
        .collect();
    let mut joined: Vec<OsString> = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match joined.last_mut() {
            Some(flag)
                if texts.iter().any(|text| flag.to_str() == Some(text.as_str()))
                    && is_text(&argument.to_string_lossy()) =>
            {
                flag.push("=");
                flag.push(argument);
            }
            _ => joined.push(argument),
        }
    }
    joined
}

/// The operation that a command line names.
fn operation(arguments: &[OsString]) -> Option<&'static Registered> {
    let mut before = "";
    for argument in arguments {
        let word = argument.to_str().unwrap_or_default();
        if !word.starts_with('-') && before != WORKSPACE {
            return mlwright_operations::find(word).ok();
        }
        before = word;
    }
    None
}

/// Whether an argument begins with a hyphen and is no flag in all likelihood: flags are words, such as
/// `--target`, `--seed=3` or `-q`.
fn is_text(argument: &str) -> bool {
    let Some(rest) = argument.strip_prefix('-') else { return false };
    match rest.strip_prefix('-') {
        Some(long) => {
            let name = long.split('=').next().unwrap_or_default();
            !name.starts_with(|c: char| c.is_ascii_alphabetic())
                || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        }
        None => rest.is_empty() || !rest.chars().all(|c| SHORT.contains(c)),
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;
    use clap::{ArgMatches, Error};
    use serde_json::Value;

    use super::*;
    use crate::command::command;

    fn parsed(line: &[&str]) -> Result<ArgMatches, Error> {
        let arguments = joined(line.iter().map(OsString::from).collect());
        command().try_get_matches_from(std::iter::once(OsString::from("mlwright")).chain(arguments))
    }

    #[test]
    fn texts_may_begin_with_a_hyphen() {
        let sql = "-- all of them\nSELECT 1";
        for (line, field, text) in [
            (&["query", "--sql", sql, "--limit", "3"][..], "sql", sql),
            (&["--workspace", "train", "query", "--sql", sql], "sql", sql),
            (&["query", "--sql=--limit"], "sql", "--limit"),
            (&["query", "--sql", "--"], "sql", "--"),
            (
                &[
                    "set-alias", "--override-reason", "- seen by two of us", "--name", "n", "--alias", "a",
                    "--version", "1",
                ],
                "override_reason",
                "- seen by two of us",
            ),
            (
                &["set_alias", "--override_reason", "-x", "--name", "n", "--alias", "a", "--version", "1"],
                "override_reason",
                "-x",
            ),
            (&["list-runs", "--filter", "-x", "-q", "--limit", "3"], "filter", "-x"),
        ] {
            let matches = parsed(line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
            let found = matches.subcommand().unwrap().1.get_one::<Value>(field);
            assert_eq!(found, Some(&Value::from(text)), "{line:?}");
        }
    }

    #[test]
    fn flags_are_still_told_from_texts() {
        for (line, kind, said) in [
            ("query --sql x --limt 3", ErrorKind::UnknownArgument, "'--limit'"),
            ("query --limt 3 --sql x", ErrorKind::UnknownArgument, "'--limit'"),
            ("query --sql x -z", ErrorKind::UnknownArgument, "-z"),
            ("train --table t.csv --target y --tsk binary", ErrorKind::UnknownArgument, "'--task'"),
            ("train --table --target y", ErrorKind::InvalidValue, "--table <TEXT>"),
            ("train --table -q --target y", ErrorKind::InvalidValue, "--table <TEXT>"),
            ("query --limit 3 --sql", ErrorKind::InvalidValue, "--sql <TEXT>"),
        ] {
            let error = parsed(&line.split(' ').collect::<Vec<_>>()).unwrap_err();
            assert_eq!(error.kind(), kind, "{line}: {error}");
            assert!(error.to_string().contains(said), "{line}: {error}");
        }
    }
}
