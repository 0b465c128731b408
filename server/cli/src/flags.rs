//! Flags from the JSON Schema of an operation's input, and the input from the flags that were given.

use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use mlwright_operations::Registered;
use serde_json::{Map, Value};

use crate::json_text;

/// The flag that gives the whole input. Its id is no name of a field.
pub(crate) const INPUT: &str = "@input";

/// How a field is written on a command line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Number,
    Switch,
    Choice(Vec<String>),
    /// Values of a simple kind: repeated, with commas between, or as a JSON list.
    List(Arc<Kind>),
    /// A list of anything else, as JSON or JSON lines.
    JsonList,
    /// Anything else, as JSON.
    Json,
    /// JSON, or else text.
    JsonOrText,
}

impl Kind {
    /// The kind that a field's schema asks for.
    pub(crate) fn of(schema: &Value) -> Self {
        if let Some(choices) = choices(schema) {
            return Self::Choice(choices);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => Self::Text,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Switch,
            Some("array") => match schema.get("items").map(Self::of) {
                Some(item @ (Self::Text | Self::Integer | Self::Number | Self::Choice(_))) => {
                    Self::List(Arc::new(item))
                }
                _ => Self::JsonList,
            },
            Some(_) => Self::Json,
            None => Self::JsonOrText,
        }
    }

    /// What stands for a value in the help.
    pub(crate) fn value_name(&self) -> String {
        match self {
            Self::Text => "TEXT".to_owned(),
            Self::Integer => "INTEGER".to_owned(),
            Self::Number => "NUMBER".to_owned(),
            Self::Switch => "true|false".to_owned(),
            Self::Choice(_) => "CHOICE".to_owned(),
            Self::List(item) => format!("{},…", item.value_name()),
            Self::Json | Self::JsonList => "JSON".to_owned(),
            Self::JsonOrText => "TEXT|JSON".to_owned(),
        }
    }

    /// Reads one value.
    fn read(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(Value::from(text)),
            Self::Integer => integer(text).ok_or_else(|| "expected a whole number".to_owned()),
            Self::Number => number(text).ok_or_else(|| "expected a number".to_owned()),
            Self::Switch => text.parse::<bool>().map(Value::from).map_err(|_| "expected true or false".to_owned()),
            Self::Choice(choices) if choices.iter().any(|choice| choice == text) => Ok(Value::from(text)),
            Self::Choice(choices) => Err(format!("{text:?} is none of {}", choices.join(", "))),
            Self::List(_) if text.starts_with(['[', '@']) => json_text::read(text),
            Self::List(item) => {
                text.split(',').map(|part| item.read(part.trim())).collect::<Result<Vec<_>, _>>().map(Value::from)
            }
            Self::JsonList => {
                json_text::read(text).map(|value| if value.is_object() { Value::Array(vec![value]) } else { value })
            }
            Self::Json => json_text::read(text),
            Self::JsonOrText if text.starts_with('@') => json_text::read(text),
            Self::JsonOrText => Ok(json_text::read(text).unwrap_or_else(|_| Value::from(text))),
        }
    }

    fn parser(&self) -> ValueParser {
        match self {
            Self::Choice(choices) => PossibleValuesParser::new(choices.clone()).map(Value::from).into(),
            kind => {
                let kind = kind.clone();
                ValueParser::new(move |text: &str| kind.read(text))
            }
        }
    }
}

fn integer(text: &str) -> Option<Value> {
    text.parse::<u64>().map(Value::from).or_else(|_| text.parse::<i64>().map(Value::from)).ok()
}

fn number(text: &str) -> Option<Value> {
    integer(text).or_else(|| text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number))
}

/// The texts that a schema allows, when it allows only some.
fn choices(schema: &Value) -> Option<Vec<String>> {
    if let Some(only) = schema.get("const").and_then(Value::as_str) {
        return Some(vec![only.to_owned()]);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    }
    let options = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    options.iter().map(choices).collect::<Option<Vec<_>>>().map(|lists| lists.concat())
}

/// The flag of a field, without `--`.
pub(crate) fn flag(field: &str) -> String {
    field.replace('_', "-")
}

/// The fields of an operation's input with their schemas, in the order in which they are declared.
pub(crate) fn fields(operation: &Registered) -> impl Iterator<Item = (&String, &Value)> {
    operation.input_schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// The flags of an operation.
pub(crate) fn of(operation: &Registered) -> Vec<Arg> {
    let required = operation.required();
    let mut flags: Vec<Arg> =
        fields(operation).map(|(name, schema)| one(name, schema, required.contains(&name.as_str()))).collect();
    flags.push(
        Arg::new(INPUT)
            .long("input")
            .value_name("JSON")
            .help("The whole input as a JSON object, @FILE or @- (standard input); flags win over it")
            .value_parser(|text: &str| match json_text::read(text)? {
                Value::Object(input) => Ok(Value::Object(input)),
                _ => Err("expected a JSON object".to_owned()),
            }),
    );
    flags
}

fn one(name: &str, schema: &Value, required: bool) -> Arg {
    let kind = Kind::of(schema);
    let mut help = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Kind::List(item) = &kind
        && let Kind::Choice(choices) = item.as_ref()
    {
        help.push_str(&format!(" [possible values: {}]", choices.join(", ")));
    }
    if matches!(kind, Kind::Json | Kind::JsonList) {
        help.push_str(" (JSON, or @FILE)");
    }
    let arg = Arg::new(name.to_owned())
        .long(flag(name))
        .alias(name.to_owned())
        .help(help)
        .value_name(kind.value_name())
        .value_parser(kind.parser())
        .allow_negative_numbers(true);
    let arg = match kind {
        Kind::Switch => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Kind::List(_) => arg.action(ArgAction::Append),
        _ => arg,
    };
    if required { arg.required_unless_present(INPUT) } else { arg }
}

/// The input that the given flags make.
pub(crate) fn input(operation: &Registered, matches: &ArgMatches) -> Value {
    let mut input = match matches.get_one::<Value>(INPUT) {
        Some(Value::Object(input)) => input.clone(),
        _ => Map::new(),
    };
    for (name, schema) in fields(operation) {
        if matches.value_source(name) != Some(ValueSource::CommandLine) {
            continue;
        }
        let mut values = matches.get_many::<Value>(name).into_iter().flatten().cloned();
        let value = if matches!(Kind::of(schema), Kind::List(_)) {
            values.flat_map(|value| if let Value::Array(items) = value { items } else { vec![value] }).collect()
        } else {
            values.next_back().unwrap_or_default()
        };
        input.insert(name.clone(), value);
    }
    Value::Object(input)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_become_kinds() {
        let list = |kind| Kind::List(Arc::new(kind));
        let choice = |values: &[&str]| Kind::Choice(values.iter().map(|&value| value.to_owned()).collect());
        for (schema, kind) in [
            (json!({"type": "string"}), Kind::Text),
            (json!({"type": "integer", "minimum": 0}), Kind::Integer),
            (json!({"type": "number"}), Kind::Number),
            (json!({"type": "boolean"}), Kind::Switch),
            (json!({"type": "string", "enum": ["a", "b"]}), choice(&["a", "b"])),
            (json!({"oneOf": [{"const": "a", "description": "x"}, {"enum": ["b", "c"]}]}), choice(&["a", "b", "c"])),
            (json!({"type": "array", "items": {"type": "string"}}), list(Kind::Text)),
            (json!({"type": "array", "items": {"type": "string", "enum": ["a"]}}), list(choice(&["a"]))),
            (json!({"type": "array", "items": {"type": "object"}}), Kind::JsonList),
            (json!({"type": "array"}), Kind::JsonList),
            (json!({"type": "object"}), Kind::Json),
            (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), Kind::JsonOrText),
            (json!({}), Kind::JsonOrText),
        ] {
            assert_eq!(Kind::of(&schema), kind, "{schema}");
        }
    }

    #[test]
    fn values_are_read_by_their_kind() {
        let list = |kind| Kind::List(Arc::new(kind));
        for (kind, text, value) in [
            (Kind::Text, "", json!("")),
            (Kind::Text, "5", json!("5")),
            (Kind::Integer, "18446744073709551615", json!(u64::MAX)),
            (Kind::Integer, "-3", json!(-3)),
            (Kind::Number, "5", json!(5)),
            (Kind::Number, "0.25", json!(0.25)),
            (Kind::Switch, "false", json!(false)),
            (list(Kind::Text), "a, b", json!(["a", "b"])),
            (list(Kind::Text), r#"["a,b"]"#, json!(["a,b"])),
            (list(Kind::Integer), "1,2", json!([1, 2])),
            (Kind::JsonList, r#"[{"a": null}]"#, json!([{"a": null}])),
            (Kind::JsonList, r#"{"a": 1}"#, json!([{"a": 1}])),
            (Kind::JsonList, "{\"a\": 1}\n{\"a\": 2}\n", json!([{"a": 1}, {"a": 2}])),
            (Kind::Json, r#"{"a": 1}"#, json!({"a": 1})),
            (Kind::JsonOrText, "3", json!(3)),
            (Kind::JsonOrText, "three", json!("three")),
        ] {
            assert_eq!(kind.read(text).unwrap(), value, "{kind:?} {text:?}");
        }
        for (kind, text) in [
            (Kind::Integer, "2.5"),
            (Kind::Integer, "many"),
            (Kind::Integer, ""),
            (Kind::Number, "NaN"),
            (Kind::Number, "x"),
            (Kind::Switch, "yes"),
            (Kind::Choice(vec!["a".to_owned()]), "b"),
            (list(Kind::Integer), "1,x"),
            (Kind::Json, "x"),
        ] {
            assert!(kind.read(text).is_err(), "{kind:?} {text:?}");
        }
    }
}
