//! What is no TOML, and keys that are set twice: in the words of the parser that reads the file in earnest.

use mlwright_source_text::{Diagnostic, Fix, LineIndex, Related, Severity, TextEdit, TextRange};
use toml::de::DeTable;

use super::{DIAGNOSTICS_MAX, fix};
use crate::config::Reading;
use crate::config::describe::quoted;
use crate::config::shape::Type;
use crate::config::syntax::{Setting, Value, ValueKind};

/// Errors of the syntax, one a line: what follows an error on its line mostly comes from it.
pub(super) fn errors(reading: &Reading<'_>) -> Vec<Diagnostic> {
    let (_, errors) = DeTable::parse_recoverable(reading.text);
    if errors.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(reading.text);
    let settings = reading.tree.settings();
    let mut found: Vec<Diagnostic> = errors
        .iter()
        .take(DIAGNOSTICS_MAX)
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            let place = TextRange::new(span.start as u32, span.end as u32);
            let is_duplicate = error.message().contains("duplicate key");
            let related = if is_duplicate { earlier(reading, &settings, place) } else { Vec::new() };
            let message = match without_value(reading, &settings, place, &lines) {
                _ if is_duplicate => format!("`{}` is set twice", place.of(reading.text)),
                // The parser takes the nothing for a text without quotes.
                Some(message) => message,
                None => error.message().to_owned(),
            };
            Diagnostic {
                code: "CFG105",
                severity: Severity::Error,
                range: visible(place, reading.text, &lines),
                message,
                related,
                fixes: if is_duplicate { Vec::new() } else { endings(reading, &settings, place, &lines) },
                unnecessary: false,
            }
        })
        .collect();
    found.sort_by_key(|diagnostic| diagnostic.range.start);
    found.dedup_by_key(|diagnostic| lines.line_of(diagnostic.range.start));
    found
}

/// What to say of a key on the same line that has an equals sign and nothing after it.
fn without_value(
    reading: &Reading<'_>,
    settings: &[Setting<'_>],
    place: TextRange,
    lines: &LineIndex,
) -> Option<String> {
    let is_here =
        |equals: TextRange| lines.line_of(equals.start) == lines.line_of(place.start) && equals.end <= place.start;
    let mut empty = settings.iter().filter(|setting| setting.pair.value.is_none());
    let setting = empty.find(|setting| setting.pair.equals.is_some_and(is_here))?;
    let name = &setting.path.last()?.name;
    let shape = reading.shape().and_then(|file| file.descend(setting.names()));
    Some(shape.map_or_else(
        || format!("`{name}` has no value"),
        |shape| format!("`{name}` has no value, expected {}", shape.expectation()),
    ))
}

/// A place of no bytes cannot be seen: its line's text is shown instead.
fn visible(place: TextRange, text: &str, lines: &LineIndex) -> TextRange {
    if !place.is_empty() {
        return place;
    }
    let line = lines.line_range(lines.line_of(place.start));
    let content = line.of(text);
    let start = line.start + (content.len() - content.trim_start().len()) as u32;
    let end = line.start + content.trim_end().len() as u32;
    if start < end { TextRange::new(start, end) } else { place }
}

/// Where the key at `place` is set before.
fn earlier(reading: &Reading<'_>, settings: &[Setting<'_>], place: TextRange) -> Vec<Related> {
    let path_to = |setting: &Setting<'_>| {
        let end = setting.path.iter().position(|key| key.range == place)?;
        Some(setting.names().take(end + 1).map(str::to_owned).collect::<Vec<_>>())
    };
    let headers = reading.tree.sections.iter().filter_map(|section| section.header.as_ref());
    let in_header = headers.clone().find_map(|header| {
        let end = header.path.iter().position(|key| key.range == place)?;
        Some(header.path[..=end].iter().map(|key| key.name.clone()).collect::<Vec<_>>())
    });
    let Some(path) = in_header.or_else(|| settings.iter().find_map(path_to)) else { return Vec::new() };
    let keys = settings.iter().map(|setting| setting.path.clone());
    let keys = keys.chain(headers.map(|header| header.path.iter().collect()));
    let same =
        keys.filter(|keys| keys.len() >= path.len() && keys.iter().zip(&path).all(|(key, name)| key.name == *name));
    let first = same.map(|keys| keys[path.len() - 1].range).filter(|range| range.start < place.start).min();
    first.map(|range| Related { range, message: "set here before".to_owned() }).into_iter().collect()
}

/// Quotes for a text that has none, or the one that is missing at its end.
fn endings(reading: &Reading<'_>, settings: &[Setting<'_>], place: TextRange, lines: &LineIndex) -> Vec<Fix> {
    let line = lines.line_of(place.start);
    let is_broken =
        |value: &&Value| matches!(value.kind, ValueKind::Broken) && lines.line_of(value.range.start) == line;
    let Some((setting, value)) =
        settings.iter().find_map(|setting| Some((setting, setting.pair.value.as_ref().filter(is_broken)?)))
    else {
        return Vec::new();
    };
    let takes_text = reading
        .shape()
        .and_then(|file| file.descend(setting.names()))
        .is_none_or(|shape| shape.types().contains(&Type::Text));
    let raw = value.range.of(reading.text);
    let edit = match value.quoted(reading.text) {
        Some((content, false)) => {
            let end = content.start + content.of(reading.text).trim_end().len() as u32;
            let quote = raw.chars().next().unwrap_or('"').to_string();
            ("add the missing quote", TextEdit { range: TextRange::empty(end), text: quote })
        }
        None if takes_text && raw.chars().all(|c| c.is_alphanumeric() || " _-./".contains(c)) => {
            ("put it in quotes", TextEdit { range: value.range, text: quoted(raw.trim()) })
        }
        _ => return Vec::new(),
    };
    vec![fix(edit.0.to_owned(), edit.1)]
}
