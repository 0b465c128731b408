//! An input as the command line that gives it, for help and documentation.

use mlwright_operations::Registered;
use serde_json::Value;

use crate::flags::{Kind, fields, flag};

/// The command line of an operation's example, for a POSIX shell.
pub(crate) fn of(operation: &Registered) -> String {
    let mut words = vec!["mlwright".to_owned(), operation.command()];
    words.extend(arguments(operation, &operation.example));
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// The flags that give an input, in the order of the input.
fn arguments(operation: &Registered, input: &Value) -> Vec<String> {
    let mut words = Vec::new();
    for (name, value) in input.as_object().into_iter().flatten() {
        let kind = fields(operation)
            .find(|(field, _)| *field == name)
            .map_or(Kind::JsonOrText, |(_, schema)| Kind::of(schema));
        let name = format!("--{}", flag(name));
        match (kind, value) {
            (Kind::Switch, Value::Bool(true)) => words.push(name),
            (Kind::Switch, value) => words.push(format!("{name}={value}")),
            (Kind::List(_), Value::Array(items)) => words.extend([name, list(items)]),
            (_, Value::String(text)) => words.extend([name, text.clone()]),
            (_, value) => words.extend([name, value.to_string()]),
        }
    }
    words
}

fn list(items: &[Value]) -> String {
    let texts: Vec<String> =
        items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect();
    let plain =
        |text: &String| !text.is_empty() && text.trim() == text && !text.contains(',') && !text.starts_with(['[', '@']);
    if !texts.is_empty() && texts.iter().all(plain) { texts.join(",") } else { Value::from(items).to_string() }
}

/// A word as a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command, flags};

    #[test]
    fn every_example_is_read_back_as_it_was() {
        for operation in mlwright_operations::all() {
            let words = arguments(operation, &operation.example);
            let line = ["mlwright".to_owned(), operation.command()].into_iter().chain(words);
            let matches = command::command()
                .try_get_matches_from(line)
                .unwrap_or_else(|error| panic!("{}: {error}", operation.name));
            let (name, matches) = matches.subcommand().unwrap();
            assert_eq!(name, operation.command());
            assert_eq!(flags::input(operation, matches), operation.example, "{}", operation.name);
        }
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("telco.csv"), "telco.csv");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$HOME"), "'$HOME'");
    }

    #[test]
    fn lists_with_commas_are_written_as_json() {
        assert_eq!(list(&["a".into(), "b".into()]), "a,b");
        assert_eq!(list(&["a,b".into()]), r#"["a,b"]"#);
        assert_eq!(list(&[]), "[]");
        assert_eq!(list(&[1.into(), 2.into()]), "1,2");
    }
}
