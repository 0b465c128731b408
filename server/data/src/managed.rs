//! Managed tables: Delta tables with versions.

use std::path::Path;

use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::DataError;
use crate::table::Table;

/// What to do with what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    /// Make a new table; fail when there is one.
    Create,
    /// Add rows to the table; their columns must match.
    Append,
    /// Replace rows and schema; earlier versions stay readable. Makes the table when there is none.
    Overwrite,
}

/// One version of a managed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableVersion {
    /// Counts from 0.
    pub version: u64,
    /// When it was committed: milliseconds since 1970, UTC.
    pub timestamp_ms: i64,
    /// What made it (`CREATE TABLE`, `WRITE`, …).
    pub operation: String,
    /// Rows in the table at this version; absent when the log does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// Writes the frame as the table's next version and answers with that version's number.
pub fn write(_dir: &Path, _frame: &mut DataFrame, _mode: WriteMode) -> Result<u64, DataError> {
    todo!()
}

/// Opens a version of the table, the latest when `None`.
pub fn open_version(_dir: &Path, _version: Option<u64>) -> Result<Table, DataError> {
    todo!()
}

/// The versions there are, newest first.
pub fn versions(_dir: &Path) -> Result<Vec<TableVersion>, DataError> {
    todo!()
}

/// Whether a Delta table is in the folder.
#[must_use]
pub fn is_table(dir: &Path) -> bool {
    mlwright_base::system::files::is_dir(&dir.join("_delta_log"))
}
