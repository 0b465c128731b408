//! The rules outside an editor: what `mlwright check` finds, what it leaves out, and how it says it.

mod baseline;
mod report;
mod sarif;
mod selection;

pub use baseline::{Baseline, BaselineError};
pub use report::{github, json, text};
pub use sarif::sarif;
pub use selection::{Selection, UnknownRule};

use mlwright_python_rules::{Category, rule};
use mlwright_source_text::{Diagnostic, Encoding, LineIndex, Position, SchemaSource, Severity, TextRange};
use serde::Serialize;

use crate::document::Document;

/// Something found, with all that a report says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// As it was named, or relative to where it was found.
    pub path: String,
    #[serde(flatten)]
    pub place: Place,
    pub code: &'static str,
    pub name: &'static str,
    pub category: Category,
    pub severity: Severity,
    pub message: String,
    pub related: Vec<RelatedPlace>,
    /// What the first safe mend does; none where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Stays the same while lines above change.
    pub fingerprint: String,
}

/// A place for people: lines and columns from one. In a notebook, lines of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Place of the cell among all of the notebook, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelatedPlace {
    #[serde(flatten)]
    pub place: Place,
    pub message: String,
}

/// What the rules find in a document, without what `selection` leaves out; `path` is what the report calls it.
pub fn findings(document: &Document, path: &str, source: &dyn SchemaSource, selection: &Selection) -> Vec<Finding> {
    let diagnostics = document.diagnostics(source);
    let mut found: Vec<Finding> = Vec::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| selection.takes(diagnostic.code)) {
        let Some(rule) = rule(diagnostic.code) else { continue };
        let line = line_text(document, diagnostic);
        let n_before = found
            .iter()
            .filter(|other| other.code == diagnostic.code && other.fingerprint.starts_with(&line_key(&line)))
            .count();
        found.push(Finding {
            path: path.to_owned(),
            place: place(document, diagnostic.range),
            code: diagnostic.code,
            name: rule.name,
            category: rule.category,
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            related: diagnostic
                .related
                .iter()
                .map(|related| RelatedPlace { place: place(document, related.range), message: related.message.clone() })
                .collect(),
            fix: diagnostic.fixes.first().map(|fix| fix.title.clone()),
            fingerprint: format!("{}-{n_before}", line_key(&line)),
        });
    }
    found
}

fn line_text(document: &Document, diagnostic: &Diagnostic) -> String {
    let lines = document.lines();
    let range = lines.line_range(lines.line_of(diagnostic.range.start));
    range.of(document.text()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// FNV-1a (Fowler, Noll, Vo) of a line: the same on every machine and in every version.
fn line_key(line: &str) -> String {
    let hash = line
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

fn place(document: &Document, range: TextRange) -> Place {
    let text = document.text();
    let cell =
        document.notebook().and_then(|notebook| notebook.cells().iter().find(|cell| cell.range.touches(range.start)));
    let one_based = |position: Position, first_line: u32| (position.line - first_line + 1, position.column + 1);
    let lines: &LineIndex = document.lines();
    let first_line = cell.map_or(0, |cell| lines.line_of(cell.range.start));
    let start = lines.position(text, range.start, Encoding::Utf32);
    let end = lines.position(text, range.end, Encoding::Utf32);
    let (line, column) = one_based(start, first_line);
    let (end_line, end_column) = one_based(end, first_line);
    Place { cell: cell.map(|cell| cell.index + 1), line, column, end_line, end_column }
}

#[cfg(test)]
mod tests;
