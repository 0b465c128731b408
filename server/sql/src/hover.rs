//! What stands under the pointer, in words.

use mlwright_source_text::{Hover, TextRange, describe};

use super::fragment::Reading;
use super::functions;
use super::resolve::{Column, Meaning, Origin, Relation, Resolution};
use super::syntax::{Ident, SelectId, Source, SourceKind, path_range};
use super::tokens::TokenKind;

/// The table, column or function at `offset`.
pub(crate) fn hover(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    at_definition(reading, offset)
        .or_else(|| at_source(reading, offset))
        .or_else(|| at_ref(reading, offset))
        .or_else(|| at_alias(reading, offset))
        .or_else(|| at_function(reading, offset))
}

/// The name of a source, or of an alias, of which `offset` touches the bytes.
pub(crate) fn source_at(reading: &Reading<'_>, offset: u32) -> Option<(SelectId, usize, TextRange)> {
    reading.script.select_ids().find_map(|id| {
        let sources = &reading.script.select(id).sources;
        sources.iter().enumerate().find_map(|(index, source)| {
            let name = named_range(source)
                .into_iter()
                .chain(source.alias.as_ref().map(|alias| alias.range))
                .find(|range| range.touches(offset));
            name.map(|range| (id, index, range))
        })
    })
}

fn named_range(source: &Source) -> Option<TextRange> {
    match &source.kind {
        SourceKind::Table(path) => Some(path_range(path)),
        SourceKind::Function(name, argument) => Some(argument.as_ref().unwrap_or(name).range),
        SourceKind::Query(_) | SourceKind::Unknown => None,
    }
}

/// The reference whose bytes `offset` touches, and which of its parts.
pub(crate) fn ref_at<'r>(reading: &Reading<'r>, offset: u32) -> Option<(SelectId, &'r [Ident], usize)> {
    let script = reading.script;
    script.select_ids().find_map(|id| {
        script.select(id).refs.iter().find_map(|found| {
            let part = found.path.iter().position(|part| part.range.touches(offset))?;
            Some((id, found.path.as_slice(), part))
        })
    })
}

/// What a reference means, with the part of it that is pointed at: what stands before the column is its source.
pub(crate) fn resolve_part(reading: &Reading<'_>, select: SelectId, path: &[Ident], part: usize) -> Resolution {
    if part + 1 < path.len()
        && let Some((of, index)) = reading.resolver.source_named(select, &path[..=part], usize::MAX)
    {
        return Resolution::Rows(of, index);
    }
    match reading.resolver.resolve(select, path, usize::MAX) {
        Resolution::Column { part: column, select, source, .. } if part < column => Resolution::Rows(select, source),
        Resolution::Missing { source: Some((select, source)), part: column } if part < column => {
            Resolution::Rows(select, source)
        }
        other => other,
    }
}

/// The name of one of WITH's definitions, where it is defined.
fn at_definition(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    reading.script.queries.iter().enumerate().find_map(|(query, of)| {
        let position = of.ctes.iter().position(|cte| cte.name.range.touches(offset))?;
        let cte = &of.ctes[position];
        let relation = reading.resolver.of_cte(super::syntax::QueryId(query), position);
        Some(Hover {
            range: cte.name.range,
            markdown: relation_text(&cte.name.name, "common table expression", &relation),
        })
    })
}

fn at_source(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    let (select, index, range) = source_at(reading, offset)?;
    source_text(reading, select, index).map(|markdown| Hover { range, markdown })
}

fn source_text(reading: &Reading<'_>, select: SelectId, index: usize) -> Option<String> {
    let source = &reading.script.select(select).sources[index];
    let relation = reading.resolver.source(select, index);
    let alias = source.alias.as_ref().map_or("", |alias| &alias.name);
    Some(match reading.resolver.meaning(select, index) {
        Meaning::Table(table) => {
            let path = table.path.as_deref().map_or(String::new(), |path| format!("\n\n`{path}`"));
            format!(
                "**{}** — {}{path}\n\n{}",
                table.name,
                describe::shape(&table),
                describe::columns(table.columns.iter())
            )
        }
        Meaning::Cte(query, position) => {
            let name = &reading.script.query(query).ctes[position].name.name;
            relation_text(name, "common table expression", &relation)
        }
        Meaning::Query(_) => relation_text(alias, "subquery", &relation),
        Meaning::Missing | Meaning::Unknown => return None,
    })
}

fn relation_text(name: &str, kind: &str, relation: &Relation) -> String {
    let more = if relation.is_complete { "" } else { "\n\nIt may have other columns." };
    let n_columns = relation.columns.len();
    let columns = if n_columns == 1 { "column" } else { "columns" };
    let table = if n_columns == 0 {
        String::new()
    } else {
        describe::columns(relation.columns.iter().map(|column| &column.column))
    };
    format!("**{name}** — {kind}, {n_columns} {columns}{more}\n\n{table}")
}

fn at_ref(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    let (select, path, part) = ref_at(reading, offset)?;
    let range = path[part].range;
    let markdown = match resolve_part(reading, select, path, part) {
        Resolution::Column { column, .. } => column_text(reading, &column),
        Resolution::Rows(select, index) => source_text(reading, select, index)?,
        Resolution::Alias(alias) => alias_text(reading, &alias)?,
        Resolution::Ambiguous(select, sources) => {
            let columns: Vec<String> = sources
                .iter()
                .filter_map(|index| {
                    let relation = reading.resolver.source(select, *index);
                    super::resolve::find(&relation, &path[0].name).map(|column| column_text(reading, column))
                })
                .collect();
            columns.join("\n\n---\n\n")
        }
        Resolution::Missing { .. } | Resolution::MissingSource | Resolution::Unknown => return None,
    };
    Some(Hover { range, markdown })
}

fn column_text(reading: &Reading<'_>, column: &Column) -> String {
    let known = &column.column;
    let mut text = format!("**{}** — {}", known.name, describe::detail(known));
    if let Some(example) = known.example.as_deref() {
        text.push_str(&format!(" · for example `{}`", example.replace('`', "'")));
    }
    if let Origin::Table(table, name) = &column.origin {
        text.push_str(&format!("\n\nfrom **{}**", table.name));
        if let Some(summary) = reading.resolver.world.source.column_summary(table, name) {
            text.push_str("\n\n");
            text.push_str(&describe::summary(&summary));
        }
    }
    text
}

/// An alias where it is made.
fn at_alias(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    let aliases =
        reading.script.selects.iter().flat_map(|select| select.items.iter()).filter_map(|item| item.alias.as_ref());
    let alias = aliases.into_iter().find(|alias| alias.range.touches(offset))?;
    alias_text(reading, alias).map(|markdown| Hover { range: alias.range, markdown })
}

fn alias_text(reading: &Reading<'_>, alias: &Ident) -> Option<String> {
    let item = reading
        .script
        .selects
        .iter()
        .flat_map(|select| &select.items)
        .find(|item| item.alias.as_ref().is_some_and(|made| made.range == alias.range))?;
    let expression = item.range.of(reading.text);
    Some(format!("**{}**\n\n```sql\n{expression}\n```", alias.name))
}

fn at_function(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    let tokens = &reading.script.tokens;
    let index = tokens.iter().position(|token| token.kind == TokenKind::Word && token.range.touches(offset))?;
    tokens.get(index + 1).filter(|next| next.is_sign(reading.text, "("))?;
    let function = functions::function(tokens[index].text(reading.text))?;
    let (label, _) = function.signature();
    Some(Hover { range: tokens[index].range, markdown: format!("```sql\n{label}\n```\n\n{}", function.documentation) })
}

#[cfg(test)]
mod tests;
