//! Tables by name: files inside the workspace's roots, managed (Delta) tables of the catalog, and
//! the inference tables of endpoints.
//!
//! A name is a path (`data/customers.csv`), a managed table's name, perhaps with a version
//! (`churn_features@v3`), or `inference/ENDPOINT`. A managed table wins over a path of that name.

mod create;
mod describe;
mod listing;
pub(crate) mod record;
mod resolver;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use mlwright_base::system::files;
use mlwright_base::{CancelToken, ErrorCode, Problem, names};
pub use mlwright_data::managed::WriteMode;
use mlwright_data::{ColumnSchema, ReadOptions, Table, managed};
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use create::{CreateTable, CreatedTable};
pub use describe::{ColumnDescription, DescribeTable, TableDescription};
pub use listing::{ListTables, TableEntry, TableList, files_below};
pub use record::{ManagedTable, PendingWrite, SourceRead, TableCommit};
pub use resolver::Tables;

use crate::engine::Engine;

/// The start of the names of endpoints' inference tables.
pub const INFERENCE_PREFIX: &str = "inference/";

/// Where a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// A file, or a Delta folder, inside the workspace's roots.
    File,
    /// A managed table of the catalog.
    Managed,
    /// The requests and predictions of an endpoint.
    Inference,
}

/// A table that was found and can be read.
#[derive(Clone)]
pub struct OpenTable {
    /// Its name without a version: the path as it is shown, or the catalog name.
    pub name: String,
    /// Its name in lineage: `table:NAME`.
    pub asset: String,
    /// Where it is kept.
    pub kind: TableKind,
    /// The rows, and how they were read.
    pub table: Table,
    /// For managed and other Delta tables, the version that is open.
    pub version: Option<u64>,
}

impl OpenTable {
    /// Reads the whole table, with its semantic types.
    ///
    /// # Errors
    /// When it cannot be read, or the caller cancelled.
    pub fn collect(&self, cancel: &CancelToken) -> Result<(DataFrame, Vec<ColumnSchema>), Problem> {
        let frame = self.table.collect(cancel)?;
        let schema = self.table.schema_of(&frame);
        Ok((frame, schema))
    }

    /// When its rows were last changed, milliseconds since 1970 (UTC): 0 for a version, which never
    /// changes, and the end of time where it cannot be told.
    pub(crate) fn changed_ms(&self) -> i64 {
        let path = &self.table.source_path;
        match self.version {
            Some(_) => 0,
            None if files::is_dir(path) => i64::MAX,
            None => files::stamp(path).ok().and_then(|stamp| i64::try_from(stamp.modified_ns / 1_000_000).ok()).unwrap_or(i64::MAX),
        }
    }

    /// The name with the version that is open, e.g. `churn_features@v3`.
    #[must_use]
    pub fn versioned_name(&self) -> String {
        match (self.kind, self.version) {
            (TableKind::Managed, Some(version)) => format!("{}@v{version}", self.name),
            _ => self.name.clone(),
        }
    }
}

impl Engine {
    /// Opens a table by path, catalog name (`name` or `name@v3`) or `inference/ENDPOINT`.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names, [`ErrorCode::Refused`] for a path outside
    /// the roots, and what reading the file gives.
    pub fn open_table(&self, name: &str) -> Result<OpenTable, Problem> {
        let found = self.find_table(name).map_err(|problem| {
            if problem.field.is_empty() { problem.field("table") } else { problem }
        })?;
        found.ok_or_else(|| {
            let known = self.table_names();
            let hint = match names::did_you_mean(name, known.iter().map(String::as_str)) {
                hint if hint.is_empty() => "the workspace has no tables yet; copy a file into it".to_owned(),
                hint => hint,
            };
            Problem::new(ErrorCode::NotFound, format!("there is no table {name:?}")).hint(hint).field("table")
        })
    }

    /// As [`Engine::open_table`]; `None` when there is no table of that name.
    ///
    /// # Errors
    /// As [`Engine::open_table`], but for a name that does not exist.
    pub fn find_table(&self, name: &str) -> Result<Option<OpenTable>, Problem> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Problem::new(ErrorCode::InvalidArgument, "the table's name is empty").hint("list_tables shows what there is"));
        }
        if let Some(endpoint) = name.strip_prefix(INFERENCE_PREFIX)
            && let Some(found) = self.find_inference_table(endpoint)?
        {
            return Ok(Some(found));
        }
        let (bare, version) = split_version(name);
        if let Some(directory) = self.managed_directory(bare) {
            let table = managed::open_version(&directory, version)?;
            let version = table.version();
            return Ok(Some(OpenTable { name: bare.to_owned(), asset: format!("table:{bare}"), kind: TableKind::Managed, table, version }));
        }
        self.find_file(name)
    }

    fn find_file(&self, name: &str) -> Result<Option<OpenTable>, Problem> {
        let path = self.workspace.resolve(name)?;
        if !files::exists(&path) {
            return Ok(None);
        }
        let shown = self.workspace.shown(&path);
        if files::is_dir(&path) && !mlwright_data::is_table_file(&path) {
            let known = self.table_names();
            let inside = format!("{}/", shown.trim_end_matches('/'));
            let inside: Vec<&str> = known.iter().map(String::as_str).filter(|known| known.starts_with(&inside)).take(10).collect();
            let hint = if inside.is_empty() { String::new() } else { format!("tables in it: {}", inside.join(", ")) };
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("{name:?} is a folder, expected a table")).hint(hint));
        }
        let table = mlwright_data::open(&path, &ReadOptions::default()).map_err(|error| self.shorten_paths(error.into()))?;
        let version = table.version();
        Ok(Some(OpenTable { asset: format!("table:{shown}"), name: shown, kind: TableKind::File, table, version }))
    }

    fn find_inference_table(&self, endpoint: &str) -> Result<Option<OpenTable>, Problem> {
        if names::check_name("endpoint", endpoint).is_err() {
            return Ok(None);
        }
        let frame = match self.inference_frame(endpoint, None) {
            Ok(frame) => frame,
            Err(problem) if problem.code == ErrorCode::NotFound => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let name = format!("{INFERENCE_PREFIX}{endpoint}");
        let table = Table::in_memory(&name, frame);
        Ok(Some(OpenTable { asset: format!("table:{name}"), name, kind: TableKind::Inference, table, version: None }))
    }

    /// The folder of a managed table that exists; `None` for any other name, also for one whose first
    /// write was cut short before its commit.
    #[must_use]
    pub fn managed_directory(&self, name: &str) -> Option<PathBuf> {
        names::check_name("table", name).ok()?;
        let directory = self.workspace.tables().join(name);
        managed::is_table(&directory).then_some(directory)
    }

    /// Every name that [`Engine::open_table`] knows, within the limits of [`Engine::list_tables`].
    #[must_use]
    pub fn table_names(&self) -> Vec<String> {
        let mut found = self.managed_names();
        found.extend(self.walk_files().0.iter().map(|path| self.workspace.shown(path)));
        found
    }

    /// The names of the managed tables, sorted.
    pub(crate) fn managed_names(&self) -> Vec<String> {
        let entries = files::list_dir(&self.workspace.tables()).unwrap_or_default();
        let folders = entries.into_iter().filter(|entry| entry.is_dir);
        let named = folders.filter_map(|entry| Some(entry.path.file_name()?.to_str()?.to_owned()));
        named.filter(|name| self.managed_directory(name).is_some()).collect()
    }

    /// Paths inside the workspace are shown relative to it.
    pub(crate) fn shorten_paths(&self, mut problem: Problem) -> Problem {
        let prefix = format!("{}/", self.workspace.directory().display());
        problem.message = problem.message.replace(&prefix, "");
        problem
    }
}

/// `name@v3` is version 3 of `name`.
pub(crate) fn split_version(name: &str) -> (&str, Option<u64>) {
    if let Some((bare, version)) = name.rsplit_once("@v")
        && let Ok(version) = version.parse()
    {
        return (bare, Some(version));
    }
    (name, None)
}
