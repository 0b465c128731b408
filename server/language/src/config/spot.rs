//! What of the file an offset is on.

use mlwright_source_text::TextRange;

use super::syntax::{Header, Key, Setting, Tree, Value, ValueKind};

/// What an offset is on.
#[derive(Debug)]
pub(super) enum Spot<'t> {
    /// In the brackets of a header; the part of its path that is touched, if one is.
    Header { header: &'t Header, part: Option<usize> },
    /// On a part of a key.
    Key { setting: usize, part: usize },
    /// Right of the equals sign: on this value, or where one may be written.
    Value { setting: usize, value: Option<&'t Value>, is_in_list: bool },
    /// Between the keys of an inline table.
    InlineTable { setting: usize },
    /// On nothing.
    Blank,
}

/// What `offset` is on; touching an end counts.
pub(super) fn spot<'t>(text: &str, tree: &'t Tree, settings: &[Setting<'t>], offset: u32) -> Spot<'t> {
    if tree.comments.iter().any(|comment| comment.start < offset && offset <= comment.end) {
        return Spot::Blank;
    }
    let section = tree.section(offset);
    if let Some(header) = section.header.as_ref().filter(|header| is_in_brackets(text, header, offset)) {
        return Spot::Header { header, part: header.path.iter().position(|key| key.range.touches(offset)) };
    }
    // The innermost comes last.
    for (index, setting) in settings.iter().enumerate().rev() {
        if let Some(found) = spot_in(text, setting, index, offset) {
            return found;
        }
    }
    Spot::Blank
}

fn is_in_brackets(text: &str, header: &Header, offset: u32) -> bool {
    let brackets = if header.is_array { 2 } else { 1 };
    let end = if header.is_closed { header.range.end - brackets } else { end_of_line(text, header.range.end) };
    header.range.start + brackets <= offset && offset <= end
}

fn spot_in<'t>(text: &str, setting: &Setting<'t>, index: usize, offset: u32) -> Option<Spot<'t>> {
    let n_above = setting.path.len() - setting.pair.path.len();
    if let Some(part) = setting.pair.path.iter().position(|key: &Key| key.range.touches(offset)) {
        return Some(Spot::Key { setting: index, part: n_above + part });
    }
    let equals = setting.pair.equals.filter(|equals| equals.end <= offset)?;
    match &setting.pair.value {
        None => (offset <= end_of_line(text, equals.end)).then_some(Spot::Value {
            setting: index,
            value: None,
            is_in_list: false,
        }),
        Some(value) if value.range.touches(offset) => Some(match &value.kind {
            ValueKind::List(_) | ValueKind::Table(_) if !is_inside(text, value.range, offset) => Spot::Blank,
            ValueKind::List(items) => Spot::Value {
                setting: index,
                value: items.iter().find(|item| item.range.touches(offset)),
                is_in_list: true,
            },
            ValueKind::Table(_) => Spot::InlineTable { setting: index },
            _ => Spot::Value { setting: index, value: Some(value), is_in_list: false },
        }),
        Some(value) => {
            (offset < value.range.start).then_some(Spot::Value { setting: index, value: None, is_in_list: false })
        }
    }
}

/// Whether `offset` lies between the brackets of a list or table, whose end may be missing.
fn is_inside(text: &str, range: TextRange, offset: u32) -> bool {
    let is_closed = range.len() > 1 && range.of(text).ends_with([']', '}']);
    range.start < offset && (offset < range.end || (offset == range.end && !is_closed))
}

fn end_of_line(text: &str, offset: u32) -> u32 {
    let rest = text.get(offset as usize..).unwrap_or("");
    offset + rest.find('\n').unwrap_or(rest.len()) as u32
}
