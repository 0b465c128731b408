//! Keys, tables and columns in words.

use mlwright_source_text::{ColumnSummary, Table, TableColumn, describe};
use serde_json::Value as Json;

use super::shape::Shape;

/// A text as TOML's basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut whole = String::with_capacity(text.len() + 2);
    whole.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => whole.extend(['\\', character]),
            '\n' => whole.push_str("\\n"),
            '\t' => whole.push_str("\\t"),
            '\r' => whole.push_str("\\r"),
            control if control.is_control() => whole.push_str(&format!("\\u{:04X}", u32::from(control))),
            plain => whole.push(plain),
        }
    }
    whole.push('"');
    whole
}

/// A key as it must be written: bare where that is possible.
pub(super) fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A value of the schema as it is written in the file; None for what has no short form there.
pub(super) fn literal(value: &Json) -> Option<String> {
    Some(match value {
        Json::String(text) => quoted(text),
        Json::Bool(_) => value.to_string(),
        // `0.0` stays a number with a point, which JSON keeps, too.
        Json::Number(_) => value.to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Option<Vec<_>>>()?.join(", ")),
        Json::Null | Json::Object(_) => return None,
    })
}

/// What a key is: type and default in a line, then its documentation and the values it may have.
pub(super) fn setting_markdown(path: &str, shape: Shape<'_>) -> String {
    let mut text = format!("**`{path}`** · {}", shape.expectation());
    if let Some(default) = shape.default().and_then(literal) {
        text.push_str(&format!(" · default `{default}`"));
    }
    if let Some(description) = shape.description() {
        text.push_str(&format!("\n\n{description}"));
    }
    let choices = shape.choices();
    if choices.iter().any(|(_, meaning)| meaning.is_some()) {
        text.push('\n');
        for (value, meaning) in choices {
            text.push_str(&format!(
                "\n- `{value}`{}",
                meaning.map(|meaning| format!(" {meaning}")).unwrap_or_default()
            ));
        }
    }
    text
}

/// A section and its keys.
pub(super) fn section_markdown(path: &str, shape: Shape<'_>) -> String {
    let mut text = format!("**`[{path}]`**");
    if let Some(description) = shape.description() {
        text.push_str(&format!("\n\n{description}"));
    }
    let keys: Vec<String> =
        shape.properties().map(|(name, key)| format!("\n- `{name}` · {}", key.expectation())).collect();
    if !keys.is_empty() {
        text.push_str(&format!("\n{}", keys.concat()));
    }
    text
}

/// A table and its columns.
pub(super) fn table_markdown(table: &Table) -> String {
    let path = table.path.as_ref().map(|path| format!("\n\n`{path}`")).unwrap_or_default();
    format!("**{}** — {}{path}\n\n{}", table.name, describe::shape(table), describe::columns(table.columns.iter()))
}

/// `float · 3 % missing · e.g. 29.85`
pub(super) fn column_detail(column: &TableColumn) -> String {
    let example = column.example.as_ref().map(|example| format!(" · e.g. {example}")).unwrap_or_default();
    format!("{}{example}", describe::detail(column))
}

/// A column of a table with what its profile says.
pub(super) fn column_markdown(table: &Table, column: &TableColumn, summary: Option<&ColumnSummary>) -> String {
    let known = summary.map(|summary| format!("\n\n{}", describe::summary(summary))).unwrap_or_default();
    format!("**{}** — {} — column of {}{known}", column.name, column_detail(column), table.name)
}
