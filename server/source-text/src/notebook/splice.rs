//! Changes the sources of some cells in the JSON of a notebook file, and no other byte.

use std::ops::Range;

use super::{Notebook, NotebookError};
use crate::answers::TextEdit;

/// `json` with `edits` of `notebook`'s text, which was read from it.
pub(super) fn apply(json: &str, notebook: &Notebook, edits: &[TextEdit]) -> Result<String, NotebookError> {
    let mut edits: Vec<&TextEdit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    for pair in edits.windows(2) {
        if pair[1].range.start < pair[0].range.end {
            return Err(NotebookError::OverlappingEdits { offset: pair[1].range.start });
        }
    }
    let text = notebook.text();
    for edit in &edits {
        let range = edit.range;
        let is_inside = notebook.cell_at(range.start).is_some_and(|cell| cell.range.contains(range))
            && text.get(range.start as usize..range.end as usize).is_some();
        if !is_inside {
            return Err(NotebookError::EditOutsideCell { range });
        }
    }
    let sources = source_ranges(json);
    let (mut result, mut done) = (String::with_capacity(json.len()), 0);
    for cell in notebook.cells() {
        let of_cell = edits.iter().filter(|edit| cell.range.contains(edit.range));
        let (mut source, mut taken, mut n_edits) = (String::new(), cell.range.start as usize, 0);
        for edit in of_cell {
            source.push_str(&text[taken..edit.range.start as usize]);
            source.push_str(&edit.text);
            taken = edit.range.end as usize;
            n_edits += 1;
        }
        if n_edits == 0 {
            continue;
        }
        source.push_str(&text[taken..cell.range.end as usize]);
        let range = sources.get(cell.index).cloned().flatten();
        let Some(range) = range else { return Err(NotebookError::EditOutsideCell { range: cell.range }) };
        result.push_str(&json[done..range.start]);
        result.push_str(&written_like(&json[range.clone()], &source));
        done = range.end;
    }
    result.push_str(&json[done..]);
    Ok(result)
}

/// `source` as JSON in the form of `old`: a string or a list of lines, with the blanks between them, and ASCII alone where the old
/// one has escaped the rest.
fn written_like(old: &str, source: &str) -> String {
    let is_ascii = old.is_ascii() && old.contains("\\u");
    let written = |text: &str| {
        let json = serde_json::Value::from(text).to_string();
        if is_ascii { escaped(&json) } else { json }
    };
    let Some(inside) = old.strip_prefix('[').and_then(|old| old.strip_suffix(']')) else { return written(source) };
    let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let before = &inside[..blanks(inside)];
    let after = &inside[inside.trim_end_matches([' ', '\t', '\r', '\n']).len().max(before.len())..];
    // An empty list has no form; a space after each comma is what JSON on one line has.
    let between = if before.is_empty() { " " } else { before };
    let lines: Vec<String> = source.split_inclusive('\n').map(written).collect();
    format!("[{before}{}{after}]", lines.join(&format!(",{between}")))
}

/// With `\uXXXX` for what is not ASCII.
fn escaped(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

/// Bytes of each cell's source value, by the cell's place among all cells. `json` is known to be valid.
fn source_ranges(json: &str) -> Vec<Option<Range<usize>>> {
    let mut sources = Vec::new();
    let bytes = json.as_bytes();
    let file = members(bytes, 0);
    let cells: Vec<usize> = match value_of(&file, "cells") {
        // `null` counts as absent, as it does to the reader.
        Some(cells) if bytes[cells.start] == b'[' => elements(bytes, cells.start),
        _ => value_of(&file, "worksheets")
            .map(|worksheets| elements(bytes, worksheets.start))
            .unwrap_or_default()
            .into_iter()
            .filter_map(|worksheet| value_of(&members(bytes, worksheet), "cells"))
            .flat_map(|cells| elements(bytes, cells.start))
            .collect(),
    };
    for cell in cells {
        let cell = members(bytes, cell);
        let is_value = |range: &Range<usize>| bytes[range.start] != b'n';
        sources.push(value_of(&cell, "source").filter(is_value).or_else(|| value_of(&cell, "input").filter(is_value)));
    }
    sources
}

/// Keys without escapes and the bytes of their values.
type Members<'a> = Vec<(&'a [u8], Range<usize>)>;

fn value_of(members: &Members<'_>, key: &str) -> Option<Range<usize>> {
    members.iter().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value.clone())
}

/// The members of the object at `at`; none where there is no object.
fn members(bytes: &[u8], at: usize) -> Members<'_> {
    let mut members = Vec::new();
    let mut at = skip_blanks(bytes, at);
    if bytes.get(at) != Some(&b'{') {
        return members;
    }
    at = skip_blanks(bytes, at + 1);
    while bytes.get(at) == Some(&b'"') {
        let key_end = value_end(bytes, at);
        let key = &bytes[at + 1..key_end - 1];
        let value = skip_blanks(bytes, skip_blanks(bytes, key_end) + 1);
        let end = value_end(bytes, value);
        members.push((key, value..end));
        at = skip_blanks(bytes, end);
        if bytes.get(at) == Some(&b',') {
            at = skip_blanks(bytes, at + 1);
        }
    }
    members
}

/// Where the elements of the list at `at` start; none where there is no list.
fn elements(bytes: &[u8], at: usize) -> Vec<usize> {
    let mut elements = Vec::new();
    if bytes.get(at) != Some(&b'[') {
        return elements;
    }
    let mut at = skip_blanks(bytes, at + 1);
    while at < bytes.len() && bytes[at] != b']' {
        elements.push(at);
        at = skip_blanks(bytes, value_end(bytes, at));
        if bytes.get(at) == Some(&b',') {
            at = skip_blanks(bytes, at + 1);
        }
    }
    elements
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    // A byte order mark may stand before the whole.
    if at == 0 && bytes.starts_with("\u{feff}".as_bytes()) {
        at = 3;
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// The end of the value at `at`, whatever it holds: brackets are counted, so depth costs nothing.
fn value_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(byte) = bytes.get(at) {
                    match byte {
                        b'\\' => at += 2,
                        b'"' => break,
                        _ => at += 1,
                    }
                }
                at += 1;
            }
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at.min(bytes.len());
        }
    }
    at.min(bytes.len())
}
