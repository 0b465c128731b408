//! Columns that something gives, and how they are found and renamed.

use std::sync::Arc;

use mlwright_source_text::{Dtype, Table, TableColumn, TextRange};

use crate::syntax::Ident;

/// A column as it is visible somewhere.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Name, type and what else is known, under the name that it has here.
    pub(crate) column: TableColumn,
    pub(crate) origin: Origin,
}

/// Where a column comes from.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// A table's own, under its name there.
    Table(Arc<Table>, Arc<str>),
    /// Made in this text.
    Here(TextRange),
}

/// The columns that something gives.
#[derive(Debug, Default)]
pub(crate) struct Relation {
    pub(crate) columns: Vec<Column>,
    /// Whether these are all, for certain.
    pub(crate) is_complete: bool,
    /// The table that it is, when it is one and nothing else.
    pub(crate) table: Option<Arc<Table>>,
}

/// The column of this name; one that differs in case alone when there is no other.
pub(crate) fn find<'c>(relation: &'c Relation, name: &str) -> Option<&'c Column> {
    let exact = relation.columns.iter().find(|column| &*column.column.name == name);
    exact.or_else(|| relation.columns.iter().find(|column| column.column.name.to_lowercase() == name.to_lowercase()))
}

pub(super) fn bare(name: &Arc<str>, dtype: Dtype) -> TableColumn {
    TableColumn { name: name.clone(), dtype, missing_share: None, example: None }
}

/// The same columns under other names; where there are fewer names than columns, the last keep theirs. `names_all`: a query or a
/// function gets as many names as it has columns, so that nothing is unknown any more.
pub(super) fn renamed(relation: &Relation, names: &[Ident], names_all: bool) -> Relation {
    let mut columns: Vec<Column> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let known = relation.is_complete.then(|| relation.columns.get(index)).flatten();
            let column = known.map_or_else(
                || bare(&name.name, Dtype::Unknown),
                |known| TableColumn { name: name.name.clone(), ..known.column.clone() },
            );
            Column { column, origin: Origin::Here(name.range) }
        })
        .collect();
    columns.extend(relation.columns.iter().skip(names.len()).filter(|_| relation.is_complete).cloned());
    Relation { columns, is_complete: relation.is_complete || names_all, table: None }
}
