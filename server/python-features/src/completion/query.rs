//! Inside the text of pandas' `query` and `eval`: columns as names, and variables after `@`.

use std::collections::HashSet;
use std::sync::Arc;

use mlwright_python_values::value::Data;
use mlwright_source_text::{Completion, CompletionKind, TextEdit, TextRange};

use super::columns::is_identifier;
use super::{N_OFFERS_MAX, Typing};
use crate::describe;

pub(super) fn complete(typing: &Typing<'_>, frame: &Arc<Data>, content: TextRange) -> Vec<Completion> {
    let before = typing.typed(content);
    // Inside a text of the expression nothing is a column.
    if is_in_quotes(before) {
        return Vec::new();
    }
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let backtick = before.matches('`').count() % 2 == 1;
    let start = match backtick {
        true => before.rfind('`').unwrap_or(0),
        false => before
            .rfind(|character| !is_name(character))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8)),
    };
    let rest = TextRange::new(typing.place.offset, content.end).of(typing.text);
    let length = match backtick {
        true => rest.find(['`', '\n']).map_or(0, |end| end + usize::from(rest[end..].starts_with('`'))),
        false => rest.find(|character| !is_name(character)).unwrap_or(rest.len()),
    };
    let range = TextRange::new(content.start + start as u32, typing.place.offset + length as u32);
    if before[..start].ends_with('@') {
        return variables(typing, range);
    }
    let prefix = before[start..].trim_start_matches('`').to_lowercase();
    let mut offers: Vec<_> = frame
        .columns
        .list
        .iter()
        .filter(|column| !column.name.is_empty() && !column.name.contains('`'))
        .enumerate()
        .map(|(position, column)| ((!column.name.to_lowercase().starts_with(&prefix), position), column))
        .collect();
    offers.sort_by_key(|(key, _)| *key);
    offers.truncate(N_OFFERS_MAX);
    offers
        .into_iter()
        .enumerate()
        .map(|(rank, (_, column))| {
            let text = if is_identifier(&column.name) { column.name.to_string() } else { format!("`{}`", column.name) };
            Completion {
                label: column.name.clone(),
                kind: CompletionKind::Column,
                detail: Some(describe::column_in_short(column)),
                documentation: None,
                edit: TextEdit { range, text },
                rank: rank as u32,
            }
        })
        .collect()
}

fn is_in_quotes(before: &str) -> bool {
    let mut open = None;
    for character in before.chars() {
        match open {
            Some(quote) if character == quote => open = None,
            None if matches!(character, '"' | '\'') => open = Some(character),
            _ => {}
        }
    }
    open.is_some()
}

/// Variables bound before the cursor, the last first.
fn variables(typing: &Typing<'_>, range: TextRange) -> Vec<Completion> {
    let mut known = HashSet::new();
    let bindings = typing.flow.bindings.iter().rev().filter(|binding| binding.range.end < typing.place.offset);
    bindings
        .filter(|binding| known.insert(binding.name.clone()))
        .take(N_OFFERS_MAX)
        .enumerate()
        .map(|(rank, binding)| Completion {
            label: binding.name.clone(),
            kind: CompletionKind::Variable,
            detail: None,
            documentation: None,
            edit: TextEdit { range, text: binding.name.to_string() },
            rank: rank as u32,
        })
        .collect()
}
