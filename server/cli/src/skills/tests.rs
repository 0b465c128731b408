//! The pages are up to date, and what a `SKILL.md` shows of a tool and of the command line is one and
//! the same call.

use std::path::PathBuf;

use super::*;
use crate::{command, flags};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills")
}

/// Each skill's name with the text of its `SKILL.md`.
fn skills() -> Vec<(String, String)> {
    let names = std::iter::once(ROUTER.to_owned()).chain(Stage::ALL.map(name_of));
    names.map(|name| (name.clone(), files::read_to_string(&folder().join(name).join("SKILL.md")).unwrap())).collect()
}

#[test]
fn the_references_are_up_to_date() {
    for (skill, text) in references() {
        let found = files::read_to_string(&folder().join(&skill).join(PAGE)).unwrap_or_default();
        assert!(
            found == text,
            "{skill}/{PAGE} is stale; write it anew with `make docs`, or `mlwright docs --skills skills`"
        );
    }
}

#[test]
fn the_references_are_written_where_skills_are_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    assert!(write(folder.path()).unwrap_err().message.contains("no skill mlwright"));
    for (skill, _) in references() {
        files::create_dir_all(&folder.path().join(skill)).unwrap();
    }
    assert_eq!(write(folder.path()).unwrap(), Exit::Done);
    for (skill, text) in references() {
        assert_eq!(files::read_to_string(&folder.path().join(skill).join(PAGE)).unwrap(), text);
    }
}

#[test]
fn each_skill_names_every_operation_of_its_stage() {
    for (stage, (name, text)) in Stage::ALL.into_iter().zip(skills().into_iter().skip(1)) {
        for operation in of_stage(stage) {
            let is_named = text.contains(&format!("`{}`", operation.name))
                || text.contains(&format!("\"tool\": \"{}\"", operation.name));
            assert!(is_named, "{name} does not say when to use {}", operation.name);
        }
    }
}

#[test]
fn the_router_names_every_skill_of_a_stage() {
    let (_, router) = skills().swap_remove(0);
    for stage in Stage::ALL {
        assert!(router.contains(&format!("`{}`", name_of(stage))), "{}", stage.as_str());
    }
}

/// A block of code: what stands after the three ticks, and its lines.
struct Block {
    info: String,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let inner: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push(Block { info: info.to_owned(), text: inner.join("\n") });
        }
    }
    blocks
}

/// The words of one command line as a POSIX shell reads them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\\') if chars.next_if_eq(&'\n').is_some() => {}
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), _) if open == c => quote = None,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The operation and the input that a command line gives; none when it is no operation.
fn called(line: &str) -> Option<(String, Value)> {
    let words = words(line);
    let operation = mlwright_operations::find(words.get(1)?).ok()?;
    let matches = command::command().try_get_matches_from(&words).unwrap_or_else(|error| panic!("{line}: {error}"));
    let (_, matches) = matches.subcommand().unwrap();
    Some((operation.name.to_owned(), flags::input(operation, matches)))
}

/// An assistant has the tools or the command line: what a skill shows for the one, it shows for the other.
#[test]
fn a_tool_call_is_followed_by_the_same_call_on_the_command_line() {
    for (name, text) in skills() {
        let blocks = blocks(&text);
        for (at, block) in blocks.iter().enumerate() {
            let (language, rest) = block.info.split_once(' ').unwrap_or((&block.info, ""));
            if language != "json" {
                continue;
            }
            let call: Value =
                serde_json::from_str(&block.text).unwrap_or_else(|error| panic!("{name}: {error}: {}", block.text));
            let shell = blocks.get(at + 1).unwrap_or_else(|| panic!("{name}: no command after {call}"));
            assert_eq!(shell.info, format!("sh {rest}").trim_end(), "{name}: after {call}");
            let (tool, arguments) =
                called(&shell.text).unwrap_or_else(|| panic!("{name}: {} is no operation", shell.text));
            assert_eq!(tool_call(&tool, &arguments), call, "{name}: {}", shell.text);
        }
    }
}

#[test]
fn words_are_read_as_by_a_shell() {
    assert_eq!(words("a  'b c' \"it's\" \\\n  d\\ e ''"), ["a", "b c", "it's", "d e", ""]);
    assert_eq!(words(r#"--rows '[{"a": 1}]' "x \"y\"""#), ["--rows", r#"[{"a": 1}]"#, r#"x "y""#]);
}

#[test]
fn a_first_sentence_ends_at_its_full_stop() {
    assert_eq!(first_sentence("Reads e.g.x, 3.5 of it. Then more."), "Reads e.g.x, 3.5 of it.");
    assert_eq!(first_sentence("One"), "One");
}
