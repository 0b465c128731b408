//! TOML, edited as text: what is not the entry stays, byte for byte. `toml_edit` reads it and says where
//! things stand; it does not write it, because it would turn every line end into a bare newline.

use std::ops::Range;

use serde_json::{Map, Number, Value};
use toml_edit::{Document, Item, Table, TableLike};

use crate::style::{edited, end_of_blank_rest, indent, line_start, newline, without_bom};
use crate::text::{Broken, Removal, Slot};

fn parse(text: &str) -> Result<Document<&str>, Broken> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
        Broken::Syntax {
            line: text[..at].matches('\n').count() + 1,
            column: text[line_start(text, at)..at].chars().count() + 1,
            what: error.message().lines().collect::<Vec<_>>().join(", "),
        }
    })
}

/// Everything that a text says.
pub(crate) fn root(text: &str) -> Result<Map<String, Value>, Broken> {
    Ok(members(parse(without_bom(text).1)?.as_table()))
}

fn members(table: &dyn TableLike) -> Map<String, Value> {
    table.iter().map(|(key, item)| (key.to_owned(), item_value(item))).collect()
}

fn item_value(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => plain(value),
        Item::Table(table) => Value::Object(members(table)),
        Item::ArrayOfTables(tables) => Value::Array(tables.iter().map(|table| Value::Object(members(table))).collect()),
    }
}

fn plain(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::String(text.value().clone()),
        toml_edit::Value::Integer(integer) => Value::from(*integer.value()),
        toml_edit::Value::Float(float) => Number::from_f64(*float.value()).map_or_else(|| Value::String(float.value().to_string()), Value::Number),
        toml_edit::Value::Boolean(boolean) => Value::Bool(*boolean.value()),
        toml_edit::Value::Datetime(time) => Value::String(time.value().to_string()),
        toml_edit::Value::Array(array) => Value::Array(array.iter().map(plain).collect()),
        toml_edit::Value::InlineTable(table) => Value::Object(members(table)),
    }
}

/// A value as it is written on one line.
fn rendered(value: &Value) -> Result<String, Broken> {
    Ok(match value {
        Value::Bool(boolean) => boolean.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Value::Array(elements) => format!("[{}]", elements.iter().map(rendered).collect::<Result<Vec<_>, _>>()?.join(", ")),
        Value::Object(members) => {
            let all = members.iter().map(|(key, value)| Ok(format!("{} = {}", toml_edit::Key::new(key), rendered(value)?)));
            format!("{{ {} }}", all.collect::<Result<Vec<_>, Broken>>()?.join(", "))
        }
        Value::Null => return Err(Broken::Shape("TOML has no null".to_owned())),
    })
}

/// The text with the entry: a table at the end, or, where servers stand in an inline table, one more in it.
pub(crate) fn insert(text: &str, slot: Slot<'_>, entry: &Value) -> Result<String, Broken> {
    let (bom, text) = without_bom(text);
    let document = parse(text)?;
    let after = match document.as_table().get(slot.container) {
        None | Some(Item::Table(_)) => with_table(text, slot, entry)?,
        Some(Item::Value(toml_edit::Value::InlineTable(table))) => {
            let span = table.span().ok_or_else(|| Broken::Shape(format!("{:?} has no place", slot.container)))?;
            let inner = &text[span.start + 1..span.end - 1];
            let at = span.start + 1 + inner.trim_end().len();
            let comma = if inner.trim().is_empty() || inner.trim_end().ends_with(',') { "" } else { "," };
            let closing = if inner.ends_with([' ', '\t', '\n']) { "" } else { " " };
            edited(text, vec![(at..at, format!("{comma} {} = {}{closing}", slot.name, rendered(entry)?))])
        }
        Some(_) => return Err(Broken::Shape(format!("{:?} is not a table", slot.container))),
    };
    Ok(format!("{bom}{after}"))
}

fn with_table(text: &str, slot: Slot<'_>, entry: &Value) -> Result<String, Broken> {
    let Value::Object(members) = entry else { return Err(Broken::Shape("an entry is a table".to_owned())) };
    let newline = newline(text);
    let mut after = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        after.push_str(newline);
    }
    if !text.trim().is_empty() {
        after.push_str(newline);
    }
    after.push_str(&format!("[{}.{}]{newline}", slot.container, slot.name));
    for (key, value) in members {
        after.push_str(&format!("{} = {}{newline}", toml_edit::Key::new(key), rendered(value)?));
    }
    Ok(after)
}

/// Whether the container has a line of its own, and so remains without the entry.
pub(crate) fn has_own_container(text: &str, slot: Slot<'_>) -> Result<bool, Broken> {
    Ok(match parse(without_bom(text).1)?.as_table().get(slot.container) {
        Some(Item::Table(table)) => !table.is_implicit(),
        Some(_) => true,
        None => false,
    })
}

/// The text without the entry. Only a table with a header of its own, and an inline table on a line of its
/// own, are taken out; any other form is somebody's handwork.
pub(crate) fn remove(text: &str, slot: Slot<'_>) -> Result<Removal, Broken> {
    let (bom, text) = without_bom(text);
    let document = parse(text)?;
    let Some(container) = document.as_table().get(slot.container) else { return Ok(Removal::Done(format!("{bom}{text}"))) };
    let Some(item) = container.get(slot.name) else { return Ok(Removal::Done(format!("{bom}{text}"))) };
    let lines = match (container, item) {
        (_, Item::Table(table)) if !table.is_dotted() && !table.is_implicit() => table_lines(text, table),
        (Item::Table(container), Item::Value(value)) => {
            let key = container.key(slot.name).and_then(toml_edit::Key::span);
            key.zip(value.span()).map(|(key, value)| key.start..value.end)
        }
        (Item::Value(toml_edit::Value::InlineTable(_)), Item::Value(value)) => return Ok(without_inline(bom, text, slot, value.span())),
        _ => None,
    };
    let Some(range) = lines else { return Ok(Removal::Adopted) };
    // A comment on one of its lines is not ours.
    let (start, end) = (line_start(text, range.start), end_of_blank_rest(text, range.end));
    let Some(end) = end.filter(|_| text[start..range.start].trim().is_empty() && !has_comment(&text[range.clone()])) else {
        return Ok(Removal::Adopted);
    };
    let mut start = start;
    // The blank line before it came with it.
    let before = &text[..start];
    let blank = before.strip_suffix("\r\n").or_else(|| before.strip_suffix('\n')).filter(|before| before.is_empty() || before.ends_with('\n'));
    if let Some(blank) = blank
        && (text[end..].is_empty() || text[end..].starts_with(['\n', '\r']))
        && indent(text, start).is_empty()
    {
        start = blank.len();
    }
    Ok(Removal::Done(format!("{bom}{}", edited(text, vec![(start..end, String::new())]))))
}

/// From a table's header to its last value; `None` when its keys do not stand together.
fn table_lines(text: &str, table: &Table) -> Option<Range<usize>> {
    let header = table.span()?;
    let mut end = header.end;
    for (_, item) in table.iter() {
        end = end.max(item.as_value()?.span()?.end);
    }
    // Anything but its own keys in between would be taken along.
    let own = Document::parse(&text[header.start..end]).ok()?;
    let mut names = own.as_table().iter();
    (names.next().is_some() && names.next().is_none()).then_some(header.start..end)
}

/// Takes the last entry out of an inline table, which is where it was put.
fn without_inline(bom: &str, text: &str, slot: Slot<'_>, value: Option<Range<usize>>) -> Removal {
    let found = value.and_then(|value| {
        let start = text[..value.start].rfind(slot.name)?;
        let is_last = text[value.end..].trim_start().starts_with('}');
        let before = text[..start].trim_end();
        is_last.then(|| (before.strip_suffix(',').unwrap_or(before).len(), value.end))
    });
    match found {
        Some((start, end)) if !has_comment(&text[start..end]) => {
            let end = if text[..start].ends_with('{') { end + (text[end..].len() - text[end..].trim_start_matches(' ').len()) } else { end };
            Removal::Done(format!("{bom}{}", edited(text, vec![(start..end, String::new())])))
        }
        _ => Removal::Adopted,
    }
}

/// Whether a part of a text has a comment: `#` outside of strings.
fn has_comment(part: &str) -> bool {
    let mut quote = None;
    let mut chars = part.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (None, '#') => return true,
            (None, '"' | '\'') => quote = Some(char),
            (Some('"'), '\\') => {
                chars.next();
            }
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    false
}
