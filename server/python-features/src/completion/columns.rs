//! Columns of the frame that a string or attribute at the cursor belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use mlwright_python_flow::is_own_name;
use mlwright_python_syntax::ast::{Expr, ExprKind};
use mlwright_python_values::column::Column;
use mlwright_python_values::value::Data;
use mlwright_source_text::{Completion, CompletionKind, TextEdit, TextRange};

use super::{N_OFFERS_MAX, Typing, is_nameable};
use crate::describe;
use crate::place::Literal;

/// Columns of `frames` for the string at the cursor.
pub(super) fn columns(
    typing: &Typing<'_>,
    frames: &[Arc<Data>],
    literal: Literal<'_>,
    content: TextRange,
) -> Vec<Completion> {
    let whole = literal.expr.range.of(typing.text);
    let quote = whole.chars().find(|character| matches!(character, '"' | '\''));
    let is_raw = whole.starts_with(['r', 'R']);
    let taken = taken(typing, literal);
    let mut offers = Offers { typing, content, taken, columns: Vec::new(), known: HashMap::new() };
    for frame in frames.iter().filter(|frame| is_nameable(frame)) {
        offers.add(frame, &literal.literal.value, |name| literal_text(name, quote, is_raw).is_some());
    }
    offers.finish(|name| literal_text(name, quote, is_raw).expect("only such names were added"))
}

/// Columns of `frame` that can be written as attributes.
pub(super) fn attributes(typing: &Typing<'_>, frame: &Arc<Data>, edited: TextRange) -> Vec<Completion> {
    let mut offers = Offers { typing, content: edited, taken: Vec::new(), columns: Vec::new(), known: HashMap::new() };
    offers.add(frame, edited.of(typing.text), |name| is_identifier(name) && !is_own_name(name));
    offers.finish(str::to_owned)
}

/// Columns that may be offered, each once.
struct Offers<'a> {
    typing: &'a Typing<'a>,
    content: TextRange,
    taken: Vec<Arc<str>>,
    columns: Vec<(Column, Arc<Data>)>,
    known: HashMap<Arc<str>, usize>,
}

impl Offers<'_> {
    fn add(&mut self, frame: &Arc<Data>, typed: &str, may_be_written: impl Fn(&str) -> bool) {
        for column in frame.columns.list.iter().filter(|column| !column.name.is_empty() && may_be_written(&column.name))
        {
            // The walk takes what is being typed for a column of a frame that may have more than are known.
            let is_typed =
                frame.columns.open && &*column.name == typed && column.table.is_none() && column.made.is_none();
            if is_typed && self.n_uses(&column.name) == 0 {
                continue;
            }
            // The place that makes a column, `df["…"] = `, has it only because it is typed there.
            if column.made.is_some_and(|made| made.touches(self.typing.place.offset)) {
                continue;
            }
            let next = self.columns.len();
            if *self.known.entry(column.name.clone()).or_insert(next) == next {
                self.columns.push((Column::clone(column), frame.clone()));
            }
        }
    }

    fn n_uses(&self, name: &str) -> usize {
        let here = self.typing.place.offset;
        self.typing.flow.uses.iter().filter(|used| &*used.name == name && !used.range.touches(here)).count()
    }

    /// Sorted by what is likely meant, within the limit.
    fn finish(self, written: impl Fn(&str) -> String) -> Vec<Completion> {
        let typing = self.typing;
        let prefix = typing.typed(self.content).to_lowercase();
        let distances = distances(typing);
        let mut ranked: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(position, (column, _))| {
                let is_taken = self.taken.contains(&column.name);
                let is_other = !starts_with(&column.name, &prefix);
                let distance = distances.get(&column.name).copied().unwrap_or(u32::MAX);
                ((is_taken, is_other, near(distance), position), column)
            })
            .collect();
        ranked.sort_by_key(|(key, _)| *key);
        ranked.truncate(N_OFFERS_MAX);
        ranked
            .into_iter()
            .enumerate()
            .map(|(rank, (_, column))| Completion {
                label: column.name.clone(),
                kind: CompletionKind::Column,
                detail: Some(describe::column_in_short(column)),
                documentation: column.made.map(|made| describe::made_at(typing.text, made)),
                edit: TextEdit { range: self.content, text: written(&column.name) },
                rank: rank as u32,
            })
            .collect()
    }
}

fn starts_with(name: &str, lower_prefix: &str) -> bool {
    lower_prefix.is_empty() || name.to_lowercase().starts_with(lower_prefix)
}

/// How far a column's nearest use lies, coarse enough that what is used around here keeps the order of the table.
fn near(distance: u32) -> u8 {
    match distance {
        0..=400 => 0,
        401..=2_000 => 1,
        2_001..=20_000 => 2,
        u32::MAX => 4,
        _ => 3,
    }
}

/// Bytes from the cursor to the nearest other use of each column.
fn distances(typing: &Typing<'_>) -> HashMap<Arc<str>, u32> {
    let here = typing.place.offset;
    let mut distances: HashMap<Arc<str>, u32> = HashMap::new();
    for used in typing.flow.uses.iter().filter(|used| !used.range.touches(here)) {
        let distance = used.range.start.abs_diff(here);
        distances.entry(used.name.clone()).and_modify(|known| *known = distance.min(*known)).or_insert(distance);
    }
    distances
}

/// The other texts of the list, or keys of the dictionary, in which the string stands.
fn taken(typing: &Typing<'_>, literal: Literal<'_>) -> Vec<Arc<str>> {
    let text = |expr: &Expr| match &*expr.kind {
        ExprKind::Str(other) if expr.id != literal.expr.id => Some(other.value.clone()),
        _ => None,
    };
    match typing.place.around(literal.expr).map(|around| &*around.kind) {
        Some(ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items)) => {
            items.iter().filter_map(text).collect()
        }
        Some(ExprKind::Dict(entries)) => entries.iter().filter_map(|(key, _)| key.as_ref().and_then(text)).collect(),
        _ => Vec::new(),
    }
}

/// A name as it is written between quotes; `None` where it cannot be.
fn literal_text(name: &str, quote: Option<char>, is_raw: bool) -> Option<String> {
    let special = |character: char| Some(character) == quote || matches!(character, '\\' | '\n' | '\r' | '\t');
    if !name.contains(special) {
        return Some(name.to_owned());
    }
    if is_raw {
        return None;
    }
    let mut written = String::with_capacity(name.len() + 2);
    for character in name.chars() {
        match character {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            character => {
                if special(character) {
                    written.push('\\');
                }
                written.push(character);
            }
        }
    }
    Some(written)
}

pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_')
}
