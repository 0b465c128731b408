//! What the catalog keeps of a managed table, beside the Delta log that holds its versions.
//!
//! Collection: `tables` (key: name), written before the data with a [`PendingWrite`] and after it
//! without. Stream: `tables/NAME`, one [`TableCommit`] per version that was reported as written.
//! When a process dies between, the Delta log is the truth: the next write clears what is pending.

use jiff::Timestamp;
use mlwright_data::managed::WriteMode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The collection of managed tables.
pub(crate) const COLLECTION: &str = "tables";

/// The stream of a table's commits.
pub(crate) fn stream(name: &str) -> String {
    format!("tables/{name}")
}

/// A managed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManagedTable {
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(default)]
    pub description: String,
    /// Who made it.
    pub owner: String,
    /// When it was made (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When it was last written (UTC).
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// A write that began and was not reported as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingWrite>,
}

/// A write that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PendingWrite {
    /// Who began it.
    pub actor: String,
    /// When (UTC).
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// How it was to be written.
    pub mode: WriteMode,
}

/// A version that was written, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableCommit {
    /// The version in the Delta log.
    pub version: u64,
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who wrote it.
    pub actor: String,
    /// How it was written.
    pub mode: WriteMode,
    /// Rows written.
    pub n_rows_written: u64,
    /// The SQL that gave the rows, when it was SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// The tables that were read.
    pub sources: Vec<SourceRead>,
}

/// A table that was read, and what version of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SourceRead {
    /// Its name in lineage: `table:NAME`.
    pub asset: String,
    /// The version, when it has versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}
