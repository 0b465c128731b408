//! Managed tables: Delta tables with versions. polars writes the Parquet files, delta-rs commits
//! them, and a commit is what makes a file part of the table: a crash before it leaves a file that
//! nobody sees.

use std::path::Path;
use std::sync::Arc;

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake::kernel::{Action, Add};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, ensure_table_uri};
use mlwright_base::RequestId;
use mlwright_base::system::files;
use polars::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::error::DataError;
use crate::reading::{Format, Reading};
use crate::table::{Origin, Table, columns_of};
use crate::write;

mod inside;
mod log;
mod scan;
mod types;

/// How often a write starts anew because another writer was faster.
const ATTEMPTS_MAX: usize = 50;
/// After so many versions their log is summed up, so that opening stays fast.
const CHECKPOINT_VERSIONS: u64 = 50;
/// How the files that are written here begin.
const FILE_PREFIX: &str = "part-mlwright-";

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

/// Whether a Delta table is in the folder: one with at least one commit.
#[must_use]
pub fn is_table(dir: &Path) -> bool {
    files::list_dir(&dir.join(log::FOLDER))
        .is_ok_and(|entries| entries.iter().any(|entry| entry.is_file && log::is_commit_or_checkpoint(&entry.path)))
}

/// Writes the frame as the table's next version and answers with that version's number. The frame
/// is changed only in how its values are stored (a `u32` column becomes `i64`, which Delta has).
///
/// # Errors
/// [`DataError::TableExists`] for `Create`, [`DataError::NotATable`] and
/// [`DataError::SchemaMismatch`] for `Append`, [`DataError::UnsupportedType`],
/// [`DataError::ConcurrentWrite`] when other writers were always faster, [`DataError::Io`].
pub fn write(dir: &Path, frame: &mut DataFrame, mode: WriteMode) -> Result<u64, DataError> {
    if mode == WriteMode::Create && is_table(dir) {
        return Err(DataError::TableExists { path: dir.to_path_buf() });
    }
    if mode == WriteMode::Append && !is_table(dir) {
        return Err(DataError::NotATable { path: dir.to_path_buf() });
    }
    *frame = types::storable(frame)?;
    let schema = types::delta_schema(frame.schema())?;
    files::create_dir_all(dir).map_err(|error| DataError::io(dir, error))?;
    let work = |runtime: &Runtime| {
        let mut written: Option<(SchemaRef, Add)> = None;
        for _ in 0..ATTEMPTS_MAX {
            let current = if is_table(dir) { Some(runtime.block_on(load(dir, None))?) } else { None };
            let committed = match (mode, current) {
                (WriteMode::Append, Some(table)) => {
                    let fitted = types::fitted(frame, &types::polars_schema(&snapshot(dir, &table)?.schema(), dir)?)?;
                    let add = part(dir, &fitted, &mut written)?;
                    runtime.block_on(append(dir, &table, add))
                }
                (WriteMode::Append, None) => return Err(DataError::NotATable { path: dir.to_path_buf() }),
                (WriteMode::Create, Some(_)) => return Err(DataError::TableExists { path: dir.to_path_buf() }),
                (WriteMode::Create | WriteMode::Overwrite, current) => {
                    let add = part(dir, frame, &mut written)?;
                    let save = if current.is_some() { SaveMode::Overwrite } else { SaveMode::ErrorIfExists };
                    runtime.block_on(create(dir, schema.clone(), save, add))
                }
            };
            match committed {
                Ok(version) => {
                    settle(dir, version);
                    if version > 0 && version.is_multiple_of(CHECKPOINT_VERSIONS) {
                        runtime.block_on(checkpoint(dir, version));
                    }
                    return Ok(version);
                }
                Err(error) if is_conflict(&error) => {
                    tracing::debug!(%error, "another writer was faster");
                }
                Err(error) => return Err(delta_error(dir, error)),
            }
        }
        Err(DataError::ConcurrentWrite { path: dir.to_path_buf() })
    };
    with_runtime(dir, work)
}

/// Opens a version of the table, the latest when `None`.
///
/// # Errors
/// [`DataError::NotATable`], [`DataError::VersionNotFound`], [`DataError::DeltaFeature`] for what
/// other writers of Delta use and this crate cannot read, [`ErrorCode::Refused`] for a log that names
/// files outside the folder, [`DataError::Delta`].
///
/// [`ErrorCode::Refused`]: mlwright_base::ErrorCode::Refused
pub fn open_version(dir: &Path, version: Option<u64>) -> Result<Table, DataError> {
    if !is_table(dir) {
        return Err(DataError::NotATable { path: dir.to_path_buf() });
    }
    with_runtime(dir, |runtime| {
        let latest = runtime.block_on(load(dir, None))?;
        let newest = latest.version().unwrap_or_default();
        let table = match version {
            Some(version) if version > newest => return Err(DataError::VersionNotFound { version, latest: newest }),
            Some(version) if version < newest => runtime
                .block_on(load(dir, Some(version)))
                .map_err(|_| DataError::VersionNotFound { version, latest: newest })?,
            _ => latest,
        };
        let state = snapshot(dir, &table)?;
        let schema = types::polars_schema(&state.schema(), dir)?;
        let (lazy, n_rows) = scan::plan(dir, state, &schema)?;
        let version = state.version();
        let mut reading = Reading::of(Format::Delta);
        reading.notes.push(format!("version {version} of the table, the latest is {newest}"));
        Ok(Table {
            source_path: dir.to_path_buf(),
            reading,
            columns: columns_of(&schema, "the table has this type", |_| 0),
            lazy,
            n_rows,
            origin: Arc::new(Origin::Delta { id: state.metadata().id().to_owned(), version }),
        })
    })
}

/// The versions there are, newest first.
///
/// # Errors
/// [`DataError::NotATable`], [`DataError::Delta`] when the log is damaged, [`DataError::Io`].
pub fn versions(dir: &Path) -> Result<Vec<TableVersion>, DataError> {
    if !is_table(dir) {
        return Err(DataError::NotATable { path: dir.to_path_buf() });
    }
    log::versions(dir)
}

/// delta-rs is asynchronous, and callers may be on a thread that must not block on a runtime: the
/// work gets a thread and a runtime of its own.
fn with_runtime<T: Send>(
    dir: &Path,
    work: impl FnOnce(&Runtime) -> Result<T, DataError> + Send,
) -> Result<T, DataError> {
    let failed = |message: String| DataError::Delta { path: dir.to_path_buf(), message };
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .map_err(|error| failed(format!("no runtime could be started: {error}")))?;
            work(&runtime)
        });
        thread.join().unwrap_or_else(|_| Err(failed("delta-rs gave up".to_owned())))
    })
}

async fn load(dir: &Path, version: Option<u64>) -> Result<DeltaTable, DataError> {
    let opened = async {
        let builder = DeltaTableBuilder::from_url(ensure_table_uri(dir.to_string_lossy())?)?;
        match version {
            Some(version) => builder.with_version(version).load().await,
            None => builder.load().await,
        }
    };
    opened.await.map_err(|error| delta_error(dir, error))
}

fn snapshot<'a>(dir: &Path, table: &'a DeltaTable) -> Result<&'a deltalake::table::state::DeltaTableState, DataError> {
    table.snapshot().map_err(|error| delta_error(dir, error))
}

/// A file with the frame's rows, in the table's folder, durable but in no version yet. One that an
/// earlier attempt wrote is used again when the schema is still the same.
fn part(dir: &Path, frame: &DataFrame, written: &mut Option<(SchemaRef, Add)>) -> Result<Add, DataError> {
    if let Some((schema, add)) = written
        && schema == frame.schema()
    {
        return Ok(add.clone());
    }
    // A request's id is a name that no other process takes.
    let name = format!("{FILE_PREFIX}{}.parquet", RequestId::generate());
    let path = dir.join(&name);
    write::write_file(&mut frame.clone(), &path)?;
    let stamp = files::stamp(&path).map_err(|error| DataError::io(&path, error))?;
    let add = Add {
        path: name,
        size: i64::try_from(stamp.size_bytes).unwrap_or(i64::MAX),
        modification_time: i64::try_from(stamp.modified_ns / 1_000_000).unwrap_or(0),
        data_change: true,
        stats: Some(serde_json::json!({ "numRecords": frame.height() }).to_string()),
        ..Add::default()
    };
    *written = Some((Arc::clone(frame.schema()), add.clone()));
    Ok(add)
}

async fn append(dir: &Path, table: &DeltaTable, add: Add) -> Result<u64, DeltaTableError> {
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let state = table.snapshot()?;
    if !state.metadata().partition_columns().is_empty() {
        return Err(DeltaTableError::Generic(format!(
            "the table at {} is partitioned; rows cannot be added",
            dir.display()
        )));
    }
    let commit = CommitBuilder::default()
        .with_actions(vec![Action::Add(add)])
        .build(Some(state), table.log_store(), operation)
        .await?;
    Ok(commit.version())
}

/// Makes version 0, or replaces everything. It never builds on a version that it did not see, so
/// that rows another writer adds meanwhile do not end up beneath another schema.
async fn create(
    dir: &Path,
    schema: deltalake::kernel::StructType,
    mode: SaveMode,
    add: Add,
) -> Result<u64, DeltaTableError> {
    let properties = CommitProperties::default()
        .with_max_retries(0)
        .with_create_checkpoint(false)
        .with_cleanup_expired_logs(Some(false));
    let table = CreateBuilder::new()
        .with_location(dir.to_string_lossy())
        .with_columns(schema.into_fields())
        .with_save_mode(mode)
        .with_commit_properties(properties)
        .with_actions([Action::Add(add)])
        .await?;
    Ok(table.version().unwrap_or_default())
}

/// Makes a commit durable; it is in force already.
fn settle(dir: &Path, version: u64) {
    let commit = log::commit_path(dir, version);
    let synced =
        files::open(&commit).and_then(|file| file.sync_all()).and_then(|()| files::sync_dir(&dir.join(log::FOLDER)));
    if let Err(error) = synced {
        tracing::warn!(%error, path = %commit.display(), "the commit could not be synced");
    }
}

/// Sums up the log. Failing only makes opening slower.
async fn checkpoint(dir: &Path, version: u64) {
    let made = async {
        let table = load(dir, Some(version)).await?;
        deltalake::checkpoints::create_checkpoint(&table, None).await.map_err(|error| delta_error(dir, error))
    };
    if let Err(error) = made.await {
        tracing::warn!(%error, version, "no checkpoint was made");
    }
}

fn is_conflict(error: &DeltaTableError) -> bool {
    match error {
        DeltaTableError::VersionAlreadyExists(_) => true,
        DeltaTableError::Transaction { source } => matches!(
            source,
            TransactionError::CommitConflict(_)
                | TransactionError::MaxCommitAttempts(_)
                | TransactionError::VersionAlreadyExists(_)
        ),
        // Between looking for a table and making it, another writer made it.
        DeltaTableError::GenericError { source } => source.to_string().contains("already exists"),
        _ => false,
    }
}

fn delta_error(dir: &Path, error: DeltaTableError) -> DataError {
    match error {
        DeltaTableError::NotATable(_) => DataError::NotATable { path: dir.to_path_buf() },
        DeltaTableError::Io { source } => DataError::Io { path: dir.to_path_buf(), source },
        other => DataError::Delta { path: dir.to_path_buf(), message: crate::error::first_line(&other.to_string()) },
    }
}

#[cfg(test)]
mod tests;
