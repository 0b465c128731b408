//! What is known around a place, whatever the language: the tables of the workspace.

use std::sync::Arc;

use mlwright_source_text::{ColumnFact, Dtype, Facts, FrameFact, SchemaSource, Table};

/// Names of tables at most.
const N_TABLES_MAX: usize = 50;
/// Tables of which the columns are told at most.
const N_NAMED_MAX: usize = 5;

/// Adds the workspace's tables; those that the text names with their columns.
pub(crate) fn with_tables(known: Facts, text: &str, source: &dyn SchemaSource) -> Facts {
    let tables = source.tables();
    let is_named = |name: &str| text.contains(name);
    let named = tables.iter().filter(|name| is_named(name)).take(N_NAMED_MAX);
    let named_tables = named.filter_map(|name| source.table(name).map(|table| described(name, &table))).collect();
    // Those that the text names are listed even when there are very many.
    let (mut first, others): (Vec<Arc<str>>, Vec<Arc<str>>) = tables.into_iter().partition(|name| is_named(name));
    first.extend(others);
    first.truncate(N_TABLES_MAX);
    Facts { tables: first, named_tables, ..known }
}

fn described(name: &Arc<str>, table: &Table) -> FrameFact {
    let n_rows = table.n_rows.map_or_else(|| "?".to_owned(), |n_rows| n_rows.to_string());
    let columns = table.columns.iter().map(|column| ColumnFact {
        name: column.name.clone(),
        dtype: (column.dtype != Dtype::Unknown).then(|| column.dtype.name()),
        example: column.example.clone(),
    });
    FrameFact {
        name: name.clone(),
        kind: format!("table, {n_rows} × {}", table.columns.len()),
        part: None,
        columns: columns.collect(),
        is_open: false,
    }
}
