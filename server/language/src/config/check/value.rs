//! Whether a value is one that its schema allows.

use mlwright_base::names::nearest;
use mlwright_source_text::{Fix, TextEdit};
use regex::Regex;
use serde_json::Value as Json;

use super::fix;
use crate::config::shape::{Shape, Type};
use crate::config::syntax::{Value, ValueKind};

/// The most characters of a value that a message repeats.
const SHOWN_CHARS_MAX: usize = 40;

/// Why a value is not allowed.
pub(super) struct Mismatch {
    pub(super) message: String,
    pub(super) fixes: Vec<Fix>,
}

/// What is wrong with a value by itself; its elements and the names in it are looked at elsewhere.
pub(super) fn mismatch(shape: Shape<'_>, value: &Value, text: &str) -> Option<Mismatch> {
    let wrong = |fixes| {
        Some(Mismatch { message: format!("expected {}, found {}", shape.expectation(), shown(value, text)), fixes })
    };
    let choices = shape.choices();
    if !choices.is_empty() {
        if choices.iter().any(|(choice, _)| is_same(choice, value)) {
            return None;
        }
        return wrong(nearest_choices(&choices, value));
    }
    let types = shape.types();
    if !types.is_empty() && !types.iter().any(|wanted| is_of(*wanted, value)) {
        return wrong(conversions(shape, &types, value, text));
    }
    match &value.kind {
        ValueKind::Text(content) => {
            // A pattern that cannot be read forbids nothing.
            let pattern = shape.pattern().and_then(|pattern| Regex::new(pattern).ok());
            if pattern.is_some_and(|pattern| !pattern.is_match(content)) { wrong(Vec::new()) } else { None }
        }
        ValueKind::TooLarge => wrong(Vec::new()),
        ValueKind::Integer(number) if is_outside(shape, *number as f64) => wrong(Vec::new()),
        ValueKind::Float(number) if is_outside(shape, *number) => wrong(Vec::new()),
        _ => None,
    }
}

/// As JSON Schema has it, but that 1.0 is no integer: it is not for what reads the file.
fn is_of(wanted: Type, value: &Value) -> bool {
    match &value.kind {
        ValueKind::Text(_) => wanted == Type::Text,
        ValueKind::Integer(_) | ValueKind::TooLarge => matches!(wanted, Type::Integer | Type::Number),
        ValueKind::Float(_) => wanted == Type::Number,
        ValueKind::Boolean(_) => wanted == Type::Boolean,
        ValueKind::List(_) => wanted == Type::List,
        ValueKind::Table(_) => wanted == Type::Table,
        ValueKind::Time => false,
        ValueKind::Broken => true,
    }
}

/// NaN is outside of any bounds.
fn is_outside(shape: Shape<'_>, number: f64) -> bool {
    let (low, high) = shape.bounds();
    let holds = low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high);
    !holds
}

fn is_same(choice: &Json, value: &Value) -> bool {
    match &value.kind {
        ValueKind::Text(text) => choice.as_str() == Some(text),
        ValueKind::Integer(number) => choice.as_i64().map(i128::from) == Some(*number),
        ValueKind::Float(number) => choice.as_f64() == Some(*number),
        ValueKind::Boolean(value) => choice.as_bool() == Some(*value),
        _ => false,
    }
}

fn nearest_choices(choices: &[(&Json, Option<&str>)], value: &Value) -> Vec<Fix> {
    let ValueKind::Text(text) = &value.kind else { return Vec::new() };
    let near = nearest(text, choices.iter().filter_map(|(choice, _)| choice.as_str()));
    near.iter()
        .map(|name| fix(format!("change it to {name:?}"), TextEdit { range: value.range, text: format!("{name:?}") }))
        .collect()
}

/// The same value written as the type that is expected, where it is clear how.
fn conversions(shape: Shape<'_>, types: &[Type], value: &Value, text: &str) -> Vec<Fix> {
    let raw = value.range.of(text);
    let whole = |title: &str, text: String| vec![fix(title.to_owned(), TextEdit { range: value.range, text })];
    let is_scalar = !matches!(value.kind, ValueKind::List(_) | ValueKind::Table(_));
    match &value.kind {
        ValueKind::Text(content) => {
            let is_readable = types.iter().any(|wanted| match wanted {
                Type::Boolean => content == "true" || content == "false",
                Type::Integer => content.parse::<i64>().is_ok(),
                Type::Number => content.parse::<f64>().is_ok_and(f64::is_finite),
                _ => false,
            });
            if is_readable {
                return whole("write it without quotes", content.clone());
            }
            let takes_texts =
                types.contains(&Type::List) && shape.item().is_some_and(|item| item.types().contains(&Type::Text));
            if takes_texts { whole("make it a list", format!("[{raw}]")) } else { Vec::new() }
        }
        _ if is_scalar && types.contains(&Type::Text) => whole("put it in quotes", format!("\"{raw}\"")),
        _ => Vec::new(),
    }
}

fn shown(value: &Value, text: &str) -> String {
    match &value.kind {
        ValueKind::List(_) => "a list".to_owned(),
        ValueKind::Table(_) => "a table".to_owned(),
        ValueKind::Time => format!("the date or time {}", value.range.of(text)),
        _ => {
            let raw = value.range.of(text);
            let mut short: String = raw.chars().take(SHOWN_CHARS_MAX).collect();
            if short.len() < raw.len() {
                short.push('…');
            }
            short
        }
    }
}
