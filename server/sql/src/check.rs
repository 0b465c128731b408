//! What is wrong: tables and columns that are not there, columns that several tables have, and text that is no SQL.

use mlwright_base::names;
use mlwright_source_text::{Diagnostic, Fix, Severity, TextEdit, TextRange, is_file_name};

use super::fragment::Reading;
use super::resolve::{Meaning, Resolution, find};
use super::syntax::{Clause, Ident, SelectId, SourceKind, path_name, path_range};
use super::tokens::TokenKind;
use super::words::is_soft;
use super::world::Runner;

mod shape;

pub(crate) const UNKNOWN_TABLE: &str = "SQL101";
pub(crate) const UNKNOWN_COLUMN: &str = "SQL102";
pub(crate) const AMBIGUOUS_COLUMN: &str = "SQL103";
pub(crate) const SYNTAX_ERROR: &str = "SQL104";

/// Everything that is wrong, in the order of the text.
pub(crate) fn diagnostics(reading: &Reading<'_>) -> Vec<Diagnostic> {
    let mut found = shape::diagnostics(reading);
    for id in reading.script.select_ids() {
        tables(reading, id, &mut found);
        columns(reading, id, &mut found);
        using(reading, id, &mut found);
    }
    found.sort_by_key(|diagnostic| (diagnostic.range, diagnostic.code));
    found.dedup();
    found
}

fn diagnostic(
    code: &'static str,
    severity: Severity,
    range: TextRange,
    message: String,
    fixes: Vec<Fix>,
) -> Diagnostic {
    Diagnostic { code, severity, range, message, related: Vec::new(), fixes, unnecessary: false }
}

fn change(range: TextRange, text: String) -> Fix {
    Fix { title: format!("Change to {text}"), edits: vec![TextEdit { range, text }] }
}

/// Names that could have been meant, best first; not long ones that happen to have a letter or two of a short one.
fn nearest<'n>(wanted: &str, known: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let n_chars = wanted.chars().count();
    let low = wanted.to_lowercase();
    let is_like = |name: &str| {
        name.chars().count() <= 3 * n_chars + 2 && (n_chars > 2 || name.to_lowercase().contains(|c| low.contains(c)))
    };
    names::nearest(wanted, known.into_iter().filter(|name| is_like(name)))
}

/// `; did you mean a or b?`
fn did_you_mean(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

fn tables(reading: &Reading<'_>, id: SelectId, found: &mut Vec<Diagnostic>) {
    for (index, source) in reading.script.select(id).sources.iter().enumerate() {
        let SourceKind::Table(path) = &source.kind else { continue };
        if !matches!(reading.resolver.meaning(id, index), Meaning::Missing) {
            continue;
        }
        let name = path_name(path);
        let range = path_range(path);
        let known = known_tables(reading, id, &name);
        let near = nearest(&name, known.iter().map(String::as_str));
        let fixes = near.iter().map(|name| change(range, table_written(reading, name, path))).collect();
        let what = if is_file_name(&name) || path[0].kind == TokenKind::String { "file" } else { "table" };
        let message = format!("there is no {what} `{name}`{}", did_you_mean(&near));
        found.push(diagnostic(UNKNOWN_TABLE, Severity::Error, range, message, fixes));
    }
}

/// A table's name, quoted as the wrong one was.
fn table_written(reading: &Reading<'_>, name: &str, path: &[Ident]) -> String {
    match path {
        [only] if only.kind != TokenKind::Word => {
            let quotes = only.range.of(reading.text);
            let open: String =
                quotes.chars().take_while(|c| !c.is_alphanumeric() && !matches!(c, '.' | '/' | '_' | ' ')).collect();
            let close = if quotes.starts_with('\\') { &open } else { open.get(..1).unwrap_or("") };
            format!("{open}{name}{close}")
        }
        _ if name.split('.').all(|part| !super::words::needs_quotes(part)) => name.to_owned(),
        _ => reading.written(name),
    }
}

/// Names that could have been meant: definitions, the program's tables, the catalog, and files of the same folder.
fn known_tables(reading: &Reading<'_>, id: SelectId, name: &str) -> Vec<String> {
    let world = &reading.resolver.world;
    let query = reading.script.select(id).query;
    let ctes = reading
        .resolver
        .ctes(query)
        .into_iter()
        .map(|(query, position)| reading.script.query(query).ctes[position].name.name.to_string());
    let made = world.tables.iter().map(|(name, _)| name.to_string());
    let catalog = world.source.tables().into_iter().map(|name| name.to_string());
    let (folder, prefix) =
        name.rsplit_once('/').map_or(("", String::new()), |(folder, _)| (folder, format!("{folder}/")));
    let is_file = is_file_name(name);
    let files =
        world.entries(folder).into_iter().filter(|entry| is_file && !entry.is_folder && is_file_name(&entry.name));
    ctes.chain(made).chain(catalog).chain(files.map(|entry| format!("{prefix}{}", entry.name))).collect()
}

fn columns(reading: &Reading<'_>, id: SelectId, found: &mut Vec<Diagnostic>) {
    let select = reading.script.select(id);
    let is_part = reading.script.query(select.query).parts.len() > 1;
    for used in &select.refs {
        let path = &used.path;
        match reading.resolver.resolve(id, path, usize::MAX) {
            Resolution::Missing { source, part } => {
                let name = &path[part];
                // Behind UNION, ORDER BY names columns of the whole. A keyword of some system may look like a name.
                let is_excused = (is_part && used.clause == Clause::OrderBy)
                    || (path.len() == 1 && name.kind == TokenKind::Word && is_soft(&name.name))
                    || (path.len() == 1
                        && name.kind == TokenKind::Quoted
                        && reading.fragment.runner != Runner::Mlwright);
                if !is_excused {
                    found.push(missing_column(reading, id, source, name));
                }
            }
            Resolution::MissingSource => {
                let qualifier = &path[..path.len() - 1];
                if let Some(diagnostic) = missing_source(reading, id, qualifier) {
                    found.push(diagnostic);
                }
            }
            Resolution::Ambiguous(select, sources) => {
                let is_excused = (is_part && used.clause == Clause::OrderBy)
                    || (matches!(used.clause, Clause::OrderBy | Clause::GroupBy | Clause::Having)
                        && is_selected(reading, id, &path[0]));
                if !is_excused {
                    found.push(ambiguous(reading, select, &sources, &path[0]));
                }
            }
            Resolution::Column { column, part, .. } if reading.fragment.runner == Runner::Mlwright => {
                let (written, known) = (&path[part], &column.column.name);
                if written.name != *known {
                    let message =
                        format!("the column is written `{known}`; `mlwright query` tells capitals from small letters");
                    let fixes = vec![change(written.range, reading.written(known))];
                    found.push(diagnostic(UNKNOWN_COLUMN, Severity::Information, written.range, message, fixes));
                }
            }
            _ => {}
        }
    }
}

/// Whether a name is among what is selected, so that it means that.
fn is_selected(reading: &Reading<'_>, id: SelectId, name: &Ident) -> bool {
    reading.script.select(id).items.iter().any(|item| match (&item.alias, &item.kind) {
        (Some(alias), _) => alias.name.eq_ignore_ascii_case(&name.name),
        (None, super::syntax::ItemKind::Column(path)) => {
            path.len() > 1 && path.last().is_some_and(|last| last.name.eq_ignore_ascii_case(&name.name))
        }
        _ => false,
    })
}

fn missing_column(reading: &Reading<'_>, id: SelectId, source: Option<(SelectId, usize)>, name: &Ident) -> Diagnostic {
    let mut known: Vec<String> = match source {
        Some((select, index)) => {
            reading.resolver.source(select, index).columns.iter().map(|column| column.column.name.to_string()).collect()
        }
        None => reading
            .resolver
            .visible(id, usize::MAX)
            .into_iter()
            .map(|(_, _, column)| column.column.name.to_string())
            .collect(),
    };
    if source.is_none() {
        known.extend(
            reading
                .script
                .select(id)
                .items
                .iter()
                .filter_map(|item| item.alias.as_ref())
                .map(|alias| alias.name.to_string()),
        );
    }
    let near = nearest(&name.name, known.iter().map(String::as_str));
    let fixes = near.iter().map(|near| change(name.range, reading.written(near))).collect();
    let owners = match source {
        Some((select, index)) => vec![source_name(reading, select, index)],
        None => (0..reading.script.select(id).sources.len()).map(|index| source_name(reading, id, index)).collect(),
    };
    let message = format!("there is no column `{}` in {}{}", name.name, owners.join(" or "), did_you_mean(&near));
    diagnostic(UNKNOWN_COLUMN, Severity::Error, name.range, message, fixes)
}

/// What a source is called where it stands.
pub(super) fn source_name(reading: &Reading<'_>, id: SelectId, index: usize) -> String {
    let source = &reading.script.select(id).sources[index];
    match (&source.alias, &source.kind) {
        (Some(alias), _) => format!("`{}`", alias.name),
        (None, SourceKind::Table(path)) => format!("`{}`", path_name(path)),
        (None, SourceKind::Function(name, _)) => format!("`{}`", name.name),
        (None, SourceKind::Query(_) | SourceKind::Unknown) => "the subquery".to_owned(),
    }
}

fn missing_source(reading: &Reading<'_>, id: SelectId, qualifier: &[Ident]) -> Option<Diagnostic> {
    // A schema may stand before the table.
    let [only] = qualifier else { return None };
    if only.kind == TokenKind::Word && is_soft(&only.name) {
        return None;
    }
    let sources = &reading.script.select(id).sources;
    let known: Vec<String> = sources
        .iter()
        .filter_map(|source| match (&source.alias, &source.kind) {
            (Some(alias), _) => Some(alias.name.to_string()),
            (None, SourceKind::Table(path)) => Some(path_name(path)),
            _ => None,
        })
        .collect();
    let near = nearest(&only.name, known.iter().map(String::as_str));
    let fixes = near.iter().map(|near| change(only.range, reading.written(near))).collect();
    let message = format!("no table of this statement is called `{}`{}", only.name, did_you_mean(&near));
    Some(diagnostic(UNKNOWN_TABLE, Severity::Error, only.range, message, fixes))
}

fn ambiguous(reading: &Reading<'_>, select: SelectId, sources: &[usize], name: &Ident) -> Diagnostic {
    let owners: Vec<String> = sources.iter().map(|index| source_name(reading, select, *index)).collect();
    let message = format!("the column `{}` is in {}; say which one is meant", name.name, owners.join(" and in "));
    let fixes = sources
        .iter()
        .filter_map(|index| qualifier(reading, select, *index))
        .map(|owner| change(name.range, format!("{owner}.{}", name.range.of(reading.text))))
        .collect();
    diagnostic(AMBIGUOUS_COLUMN, Severity::Error, name.range, message, fixes)
}

/// What is written before the dot for a column of this source.
pub(super) fn qualifier(reading: &Reading<'_>, id: SelectId, index: usize) -> Option<String> {
    let source = &reading.script.select(id).sources[index];
    match (&source.alias, &source.kind) {
        (Some(alias), _) => Some(alias.range.of(reading.text).to_owned()),
        // A file is a name between quotes for who runs it.
        (None, SourceKind::Table(path)) if path[0].kind == TokenKind::String => Some(reading.written(&path[0].name)),
        (None, SourceKind::Table(path)) => Some(path_range(path).of(reading.text).to_owned()),
        _ => None,
    }
}

/// USING names columns of both sides.
fn using(reading: &Reading<'_>, id: SelectId, found: &mut Vec<Diagnostic>) {
    for (index, source) in reading.script.select(id).sources.iter().enumerate() {
        if source.join.using.is_empty() {
            continue;
        }
        let right = reading.resolver.source(id, index);
        let left: Vec<_> = (0..index).map(|index| reading.resolver.source(id, index)).collect();
        for name in &source.join.using {
            if right.is_complete && find(&right, &name.name).is_none() {
                found.push(missing_column(reading, id, Some((id, index)), name));
            } else if !left.is_empty() && left.iter().all(|left| left.is_complete && find(left, &name.name).is_none()) {
                let side = (index == 1).then_some((id, 0));
                found.push(missing_column(reading, id, side, name));
            }
        }
    }
}

#[cfg(test)]
mod tests;
