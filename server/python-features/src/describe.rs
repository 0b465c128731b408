//! Frames, columns and estimators in words.

use std::fmt::Write;
use std::sync::Arc;

use mlwright_python_values::column::Column;
use mlwright_python_values::rows::{RowsId, RowsTable, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect};
use mlwright_source_text::{ColumnSummary, Dtype, LineIndex, Table, TableColumn, TextRange};
use mlwright_sql::Fragment;

use super::place::Literal;

/// Columns listed in one text at most.
const N_COLUMNS_MAX: usize = 30;
/// Frequent values shown at most.
const N_VALUES_MAX: usize = 5;

/// The SQL in a string.
pub(super) fn fragment<'f>(
    path: &'f str,
    text: &'f str,
    literal: Literal<'_>,
    tables: &'f [(Arc<str>, Arc<Table>)],
) -> Fragment<'f> {
    let whole = literal.expr.range.of(text);
    let quote = whole.chars().find(|character| matches!(character, '"' | '\''));
    let is_triple = quote.is_some_and(|quote| whole.contains(&quote.to_string().repeat(3)));
    let mut fragment = Fragment::literal(text, literal.content, super::completion::runner_of(tables));
    fragment.tables = tables;
    fragment.folder = path.rsplit_once('/').map(|(folder, _)| folder);
    fragment.delimiter = quote.filter(|_| !is_triple);
    fragment
}

/// `float · 3 % missing · e.g. 29.85`
pub(super) fn column_in_short(column: &Column) -> String {
    let mut parts = Vec::new();
    if column.dtype != Dtype::Unknown {
        parts.push(column.dtype.name().to_owned());
    }
    if let Some(read) = read_as(column) {
        parts
            .extend(read.missing_share.filter(|share| *share > 0.0).map(|share| format!("{} missing", percent(share))));
        parts.extend(read.example.as_ref().map(|example| format!("e.g. {}", shortened(example, 24))));
    } else if column.made.is_some() {
        parts.push("made in the script".to_owned());
    }
    if parts.is_empty() { "column".to_owned() } else { parts.join(" · ") }
}

/// The column of the table that a column is, unchanged.
pub(super) fn read_as(column: &Column) -> Option<&TableColumn> {
    let (table, name) = column.table.as_ref()?;
    table.column(name)
}

/// The line of the script that makes a column, as Markdown.
pub(super) fn made_at(text: &str, made: TextRange) -> String {
    let start = text[..made.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = text[made.start as usize..].find('\n').map_or(text.len(), |at| made.start as usize + at);
    let number = text[..start].matches('\n').count() + 1;
    format!("Made in line {number}:\n```python\n{}\n```", shortened(text[start..end].trim(), 160))
}

pub(super) fn line_number(lines: &LineIndex, range: TextRange) -> u32 {
    lines.line_of(range.start) + 1
}

/// `7,043 × 21`; a part that is not known is a question mark; `None` where nothing is known.
pub(super) fn shape(data: &Data) -> Option<String> {
    let n_columns = (!data.columns.open).then_some(data.columns.list.len());
    if data.kind == DataKind::Series {
        return data.n_rows.map(|n_rows| n_rows.to_string());
    }
    match (data.n_rows, n_columns) {
        (None, None) => None,
        (n_rows, n_columns) => {
            let part = |number: Option<String>| number.unwrap_or_else(|| "?".to_owned());
            Some(format!("{} × {}", part(n_rows.map(|n| n.to_string())), part(n_columns.map(|n| n.to_string()))))
        }
    }
}

/// `pandas frame`
pub(super) fn kind(data: &Data) -> &'static str {
    match (data.kind, data.dialect) {
        (DataKind::Frame, Dialect::Pandas) => "pandas frame",
        (DataKind::Frame, Dialect::Polars) => "polars frame",
        (DataKind::Frame, Dialect::PolarsLazy) => "polars lazy frame",
        (DataKind::Frame, Dialect::Numpy) => "frame",
        (DataKind::Series, _) => "series",
        (DataKind::Array, _) => "array",
        (DataKind::Index, _) => "index",
        (DataKind::Mask, _) => "truth values, one a row",
        (DataKind::Grouped, _) => "grouped frame",
        (DataKind::Window, _) => "window over rows",
        (DataKind::Statistic, _) => "statistic",
        (DataKind::Opaque, _) => "data",
    }
}

/// A frame's shape, where it comes from, and its columns.
pub(super) fn frame(name: &str, data: &Data, rows: &RowsTable, lines: &LineIndex) -> String {
    let mut text = format!("**{}** — {}", escaped(name), kind(data));
    if let Some(shape) = shape(data) {
        let _ = write!(text, ", {shape}");
    }
    let tables = data.tables();
    if !tables.is_empty() {
        let names: Vec<String> = tables.iter().take(4).map(|table| format!("`{}`", table.name)).collect();
        let _ = write!(text, "\n\nfrom {}", names.join(", "));
    }
    if let Some(part) = part(data.rows, rows, lines) {
        let _ = write!(text, "\n\n{part}");
    }
    if !data.grouped_by.is_empty() {
        let by: Vec<String> = data.grouped_by.iter().map(|name| format!("`{name}`")).collect();
        let label = if data.kind == DataKind::Grouped { "grouped by" } else { "index" };
        let _ = write!(text, "\n\n{label} {}", by.join(", "));
    }
    let list = &data.columns.list;
    if !list.is_empty() {
        text.push_str("\n\n| column | type | missing | example |\n| --- | --- | --- | --- |");
        for column in list.iter().take(N_COLUMNS_MAX) {
            let read = read_as(column);
            let missing = read.and_then(|read| read.missing_share).map(percent).unwrap_or_default();
            let example = match read {
                Some(read) => {
                    read.example.as_deref().map(|example| escaped(&shortened(example, 32))).unwrap_or_default()
                }
                None => {
                    column.made.map(|made| format!("*made in line {}*", line_number(lines, made))).unwrap_or_default()
                }
            };
            let dtype = if column.dtype == Dtype::Unknown { "" } else { column.dtype.name() };
            let _ = write!(text, "\n| {} | {dtype} | {missing} | {example} |", escaped(&column.name));
        }
        if list.len() > N_COLUMNS_MAX {
            let _ = write!(text, "\n\n… and {} more", list.len() - N_COLUMNS_MAX);
        }
    }
    if data.columns.open {
        text.push_str("\n\nIt may have other columns too.");
    }
    text
}

/// Which part of a split rows are.
pub(super) fn part(id: RowsId, rows: &RowsTable, lines: &LineIndex) -> Option<String> {
    let mut id = id;
    // Rows chosen out of a part are of the part.
    for _ in 0..32 {
        if id == RowsId::NONE {
            return None;
        }
        let set = rows.get(id);
        if let Step::Part { part, .. } = &set.step {
            let name = match part {
                0 => "the first part",
                1 => "the second part",
                _ => "a part",
            };
            return Some(format!("{name} of the split in line {}", line_number(lines, set.site)));
        }
        id = match (&set.step, &set.parents[..]) {
            (
                Step::Filter { .. }
                | Step::Sample { .. }
                | Step::Slice { .. }
                | Step::Copies { .. }
                | Step::Derived { .. },
                [parent],
            ) => *parent,
            _ => return None,
        };
    }
    None
}

/// A column: from its profile where it is as it was read, else from how it was made.
pub(super) fn column(column: &Column, summary: Option<&ColumnSummary>, text: &str) -> String {
    let mut words = format!("**{}**", escaped(&column.name));
    if column.dtype != Dtype::Unknown {
        let _ = write!(words, " — {}", column.dtype.name());
    }
    if let Some((table, name)) = &column.table {
        let _ = write!(words, "\n\ncolumn of `{}`", table.name);
        if *name != column.name {
            let _ = write!(words, ", where it is called `{name}`");
        }
    }
    if let Some(made) = column.made {
        let _ = write!(words, "\n\n{}", made_at(text, made));
    }
    match summary {
        Some(summary) => summarise(&mut words, summary),
        None => {
            if let Some(read) = read_as(column) {
                if let Some(share) = read.missing_share {
                    let _ = write!(words, "\n\n{} missing", percent(share));
                }
                if let Some(example) = &read.example {
                    let _ = write!(words, "\n\ne.g. {}", escaped(&shortened(example, 80)));
                }
            }
        }
    }
    if !column.certain {
        words.push_str("\n\nIt is there on some ways through the script only.");
    }
    words
}

fn summarise(words: &mut String, summary: &ColumnSummary) {
    let _ = write!(
        words,
        "\n\n{}, {} missing of {} rows",
        summary.semantic_type,
        percent(summary.missing_share),
        summary.n_rows
    );
    if let Some(n_distinct) = summary.n_distinct {
        let _ = write!(words, ", {n_distinct} distinct");
    }
    if let Some((least, greatest)) = &summary.range {
        let _ = write!(words, "\n\nrange {} to {}", escaped(least), escaped(greatest));
        if let Some(mean) = summary.mean {
            let _ = write!(words, ", mean {}", number(mean));
        }
    }
    if let Some([lower, median, upper]) = summary.quartiles {
        let _ = write!(words, "\n\nquartiles {} · {} · {}", number(lower), number(median), number(upper));
    }
    if !summary.histogram.is_empty() {
        let _ = write!(words, "\n\n`{}`", bars(&summary.histogram));
    }
    for (value, count) in summary.top_values.iter().take(N_VALUES_MAX) {
        let share = *count as f64 / summary.n_rows.max(1) as f64;
        let _ = write!(words, "\n- {} ({})", escaped(&shortened(value, 40)), percent(share));
    }
    if !summary.findings.is_empty() {
        words.push('\n');
        for finding in &summary.findings {
            let _ = write!(words, "\n- ⚠ {}", escaped(finding));
        }
    }
}

/// Counts as a row of bars.
pub(super) fn bars(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| match count {
        0 => ' ',
        count => BARS[((*count as f64 / most as f64) * 7.0).round() as usize],
    };
    counts.iter().map(bar).collect()
}

/// A share in [0, 1]: `3 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        _ if percent <= 0.0 => "0 %".to_owned(),
        _ if percent < 0.1 => "< 0.1 %".to_owned(),
        _ if percent < 10.0 && percent.fract().abs() > 0.05 => format!("{percent:.1} %"),
        _ => format!("{percent:.0} %"),
    }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:.4}").trim_end_matches('0').to_owned()
    }
}

pub(super) fn shortened(text: &str, n_characters_max: usize) -> String {
    if text.chars().count() <= n_characters_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(n_characters_max.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Text that Markdown shows as it is, also inside a table.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '|' | '<' | '>' | '[' | ']' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            character => escaped.push(character),
        }
    }
    escaped
}
