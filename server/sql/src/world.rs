//! What the names of tables mean: the catalog, files, and what a program or the text itself made.

use std::sync::Arc;

use mlwright_source_text::{Entry, SchemaSource, Table, is_file_name, join};

use super::syntax::{Ident, QueryId, Script, path_name};
use super::tokens::TokenKind;

/// What will run a statement, as far as it decides what names mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Runner {
    /// `mlwright query`: catalog, files, and names that differ in case are different.
    #[default]
    Mlwright,
    /// Data frames of the program and files; the case of names does not matter (DuckDB, Spark). Which tables there are is not
    /// known for certain.
    Frames,
    /// Some database: nothing is known of its tables. The catalog's are offered, but never held against a statement.
    Database,
}

/// Everything around a text that its names may mean.
#[derive(Clone, Copy)]
pub(crate) struct World<'w> {
    pub(crate) source: &'w dyn SchemaSource,
    /// Tables that a program has made, by name.
    pub(crate) tables: &'w [(Arc<str>, Arc<Table>)],
    pub(crate) runner: Runner,
    /// The folder that relative paths are tried against first.
    pub(crate) folder: Option<&'w str>,
}

/// What a table's name means.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Table(Arc<Table>),
    /// What a statement of the same text makes, with the query that fills it.
    Made(Option<QueryId>),
    /// There is no such table.
    Missing,
    /// Nobody knows.
    Unknown,
}

impl World<'_> {
    /// What the table `path` is, as named in `script`; names that WITH defines apart.
    pub(crate) fn find(&self, script: &Script, path: &[Ident]) -> Found {
        let name = path_name(path);
        if let Some((_, table)) = self.tables.iter().find(|(known, _)| self.same(known, &name)) {
            return Found::Table(table.clone());
        }
        let last = path.last().map_or("", |part| &part.name);
        if let Some(made) = script
            .statements
            .iter()
            .find(|statement| statement.creates.as_ref().is_some_and(|made| made.name.eq_ignore_ascii_case(last)))
        {
            return Found::Made(made.query);
        }
        let is_string = path.first().is_some_and(|part| part.kind == TokenKind::String);
        if let Some(table) = self.known(&name) {
            return Found::Table(table);
        }
        let is_file = is_string || is_file_name(&name);
        if name.contains(['*', '?', '[', '{', '@']) || name.contains("://") {
            return Found::Unknown;
        }
        if is_file {
            return if self.is_no_file(&name) { Found::Missing } else { Found::Unknown };
        }
        // `schema.table` may be anywhere.
        let is_judged = self.runner == Runner::Mlwright && path.len() == 1 && !name.contains('/');
        if is_judged && !self.source.tables().is_empty() { Found::Missing } else { Found::Unknown }
    }

    /// The table of the catalog or the file.
    fn known(&self, name: &str) -> Option<Arc<Table>> {
        if let Some(table) = self.source.table(name) {
            return Some(table);
        }
        if let Some((bare, version)) = name.rsplit_once("@v")
            && version.bytes().all(|byte| byte.is_ascii_digit())
        {
            // Columns of an earlier version are mostly those of the last.
            return self.source.table(bare);
        }
        self.file(name)
    }

    /// The table in the file of this name.
    pub(crate) fn file(&self, name: &str) -> Option<Arc<Table>> {
        self.folders().iter().find_map(|folder| self.source.file(&join(folder, name)))
    }

    /// Folders that relative paths are tried against, in order.
    fn folders(&self) -> Vec<Arc<str>> {
        self.folder.map(Arc::from).into_iter().chain(self.source.roots()).collect()
    }

    /// Whether a file is certainly not there: its folder can be listed and does not have it.
    fn is_no_file(&self, name: &str) -> bool {
        let mut is_listed = false;
        for folder in self.folders() {
            let path = join(&folder, name);
            let Some((parent, file)) = path.rsplit_once('/') else { continue };
            let entries = self.source.entries(if parent.is_empty() { "/" } else { parent });
            if entries.iter().any(|entry| &*entry.name == file) {
                return false;
            }
            is_listed |= !entries.is_empty();
        }
        is_listed
    }

    /// What lies in the folder `name`, of every root.
    pub(crate) fn entries(&self, name: &str) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for folder in self.folders() {
            for entry in self.source.entries(&join(&folder, name)) {
                if !entries.iter().any(|known| known.name == entry.name) {
                    entries.push(entry);
                }
            }
        }
        entries
    }

    /// Whether two names mean the same.
    pub(crate) fn same(&self, left: &str, right: &str) -> bool {
        if self.runner == Runner::Mlwright { left == right } else { left.to_lowercase() == right.to_lowercase() }
    }

    /// Whether columns that this table is said to have can be held against a statement.
    pub(crate) fn is_certain(&self, table: &Arc<Table>) -> bool {
        self.runner != Runner::Database || self.tables.iter().any(|(_, known)| Arc::ptr_eq(known, table))
    }
}
