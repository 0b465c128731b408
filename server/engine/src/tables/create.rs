//! `create_table`: managed tables from SQL or a file, every write a version.

use mlwright_base::system::files::{self, FileLock};
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_data::managed::{self, WriteMode};
use mlwright_data::sql;
use mlwright_store::StoreError;
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{COLLECTION, ManagedTable, PendingWrite, SourceRead, TableCommit, stream};
use super::resolver::Tables;
use crate::call::Call;
use crate::engine::Engine;
use crate::lineage;

/// What to write, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    /// The managed table's name.
    pub name: String,
    /// A SELECT whose rows are written; this or `file`.
    pub sql: Option<String>,
    /// A table whose rows are written, by path or catalog name; this or `sql`.
    pub file: Option<String>,
    /// What to do with what is there.
    pub mode: WriteMode,
    /// What the table holds; keeps the present text when `None`.
    pub description: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedTable {
    /// The table's name, for every other operation.
    pub name: String,
    /// The new version; read it later as `name@vN`.
    pub version: u64,
    /// How it was written.
    pub mode: WriteMode,
    /// Rows written now.
    pub n_rows_written: u64,
    /// Rows in the table at this version.
    pub n_rows: u64,
    /// Columns.
    pub n_columns: usize,
    /// What it was made from.
    pub sources: Vec<SourceRead>,
}

impl Engine {
    /// Writes a managed table: the intent, the data, then the commit with its lineage. Earlier
    /// versions stay readable.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when the table exists and the mode is `create`, or another process
    /// writes it; [`ErrorCode::UnsuitableData`] when appended rows have other columns; what the SQL
    /// or the file gives. An error that says that a version was written means just that: the rows are
    /// in the table.
    pub fn create_table(&self, call: &Call<'_>, request: &CreateTable) -> Result<CreatedTable, Problem> {
        self.check_table_name(&request.name)?;
        if request.mode == WriteMode::Create && self.managed_directory(&request.name).is_some() {
            return Err(exists(&request.name));
        }
        let (mut frame, sources) = self.rows_for(call, request)?;
        if frame.width() == 0 {
            return Err(Problem::new(ErrorCode::UnsuitableData, "there are no columns to write").hint("select at least one column"));
        }
        call.cancel.check()?;
        let _lock = self.lock_table(&request.name)?;
        let intended = self.write_intent(call, request)?;
        let directory = self.workspace.tables().join(&request.name);
        let n_rows_written = frame.height() as u64;
        let version = match managed::write(&directory, &mut frame, request.mode) {
            Ok(version) => version,
            Err(error) => {
                self.withdraw(&request.name, intended)?;
                let problem = Problem::from(error);
                return Err(if problem.code == ErrorCode::Conflict && request.mode == WriteMode::Create { exists(&request.name) } else { problem });
            }
        };
        let commit = TableCommit {
            version,
            time: self.now(),
            actor: call.actor.name.clone(),
            mode: request.mode,
            n_rows_written,
            sql: request.sql.clone(),
            sources: sources.clone(),
        };
        self.commit(&request.name, &commit)?;
        let n_rows = match request.mode {
            WriteMode::Create | WriteMode::Overwrite => n_rows_written,
            WriteMode::Append => managed::open_version(&directory, Some(version))
                .and_then(|table| table.n_rows())
                .map_err(|error| but_written(&request.name, version, "its rows cannot be counted", error.into()))?,
        };
        let n_columns = frame.width();
        Ok(CreatedTable { name: request.name.clone(), version, mode: request.mode, n_rows_written, n_rows, n_columns, sources })
    }

    fn check_table_name(&self, name: &str) -> Result<(), Problem> {
        names::check_name("name", name)?;
        // A managed table wins over a file of the same name, so it must not look like one.
        let path = std::path::Path::new(name);
        if path.extension().is_some() && mlwright_data::is_table_file(path) {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("name {name:?} looks like a file's"))
                .hint(format!("leave the ending out: {:?}", path.file_stem().unwrap_or_default().to_string_lossy()))
                .field("name"));
        }
        Ok(())
    }

    fn rows_for(&self, call: &Call<'_>, request: &CreateTable) -> Result<(DataFrame, Vec<SourceRead>), Problem> {
        match (&request.sql, &request.file) {
            (Some(text), None) => {
                let tables = Tables::new(self);
                let frame = sql::collect(text, &tables, call.cancel).map_err(|error| self.shorten_paths(error.into()))?;
                Ok((frame, tables.sources()))
            }
            (None, Some(file)) => {
                let open = self.open_table(file).map_err(|problem| if problem.field == "table" { problem.field("file") } else { problem })?;
                let frame = open.table.collect(call.cancel).map_err(|error| self.shorten_paths(error.into()))?;
                Ok((frame, vec![SourceRead { asset: open.asset, version: open.version }]))
            }
            (Some(_), Some(_)) => Err(Problem::new(ErrorCode::InvalidArgument, "give sql or file, not both").field("sql")),
            (None, None) => Err(Problem::new(ErrorCode::InvalidArgument, "give sql or file: what rows to write").field("sql")),
        }
    }

    /// One writer per table; the lock of a process that dies is gone with it.
    fn lock_table(&self, name: &str) -> Result<FileLock, Problem> {
        let path = self.workspace.run().join(format!("table-{name}.lock"));
        let lock = files::try_lock(&path).map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot lock table {name:?}: {error}")))?;
        lock.ok_or_else(|| Problem::new(ErrorCode::Conflict, format!("table {name:?} is being written by another process")).hint("try again in a moment"))
    }

    /// Writes down what is about to happen; answers with the record as it was before.
    fn write_intent(&self, call: &Call<'_>, request: &CreateTable) -> Result<Option<ManagedTable>, Problem> {
        let now = self.now();
        let result = self.store.write::<_, StoreError>(|tx| {
            let before = tx.get::<ManagedTable>(COLLECTION, &request.name)?.map(|record| record.body);
            let mut record = before.clone().unwrap_or_else(|| ManagedTable {
                name: request.name.clone(),
                description: String::new(),
                owner: call.actor.name.clone(),
                created: now,
                updated: now,
                pending: None,
            });
            if let Some(description) = &request.description {
                record.description.clone_from(description);
            }
            record.pending = Some(PendingWrite { actor: call.actor.name.clone(), since: now, mode: request.mode });
            tx.put(COLLECTION, &request.name, None, None, &record, now.as_millisecond())?;
            Ok(before)
        });
        Ok(result?)
    }

    /// Takes an intent back after the data was not written.
    fn withdraw(&self, name: &str, before: Option<ManagedTable>) -> Result<(), Problem> {
        let now = self.now_ms();
        let result = self.store.write::<_, StoreError>(|tx| {
            match before {
                Some(mut record) => {
                    record.pending = None;
                    tx.put(COLLECTION, name, None, None, &record, now)?;
                }
                None => {
                    tx.delete(COLLECTION, name, None)?;
                }
            }
            Ok(())
        });
        Ok(result?)
    }

    /// Writes down a version that is in the table.
    pub(super) fn commit(&self, name: &str, commit: &TableCommit) -> Result<(), Problem> {
        let asset = format!("table:{name}");
        let result = self.store.write::<_, StoreError>(|tx| {
            tx.modify::<ManagedTable, StoreError>(COLLECTION, name, commit.time.as_millisecond(), |record| {
                record.updated = commit.time;
                record.pending = None;
                Ok(())
            })?;
            tx.append(&stream(name), None, commit)?;
            for source in commit.sources.iter().filter(|source| source.asset != asset) {
                lineage::record(tx, &source.asset, "wrote", &asset, commit.time)?;
            }
            Ok(())
        });
        result.map_err(|error| but_written(name, commit.version, "it was not recorded", error.into()))
    }
}

fn exists(name: &str) -> Problem {
    Problem::new(ErrorCode::Conflict, format!("there is a table {name:?} already"))
        .hint("set mode to append or overwrite (earlier versions stay readable), or choose another name")
        .field("mode")
}

/// A failure after the data was written: whoever repeats the write would add the rows twice.
fn but_written(name: &str, version: u64, what: &str, problem: Problem) -> Problem {
    Problem {
        message: format!("version {version} of table {name:?} was written, but {what}: {}", problem.message),
        hint: format!("do not repeat the write: the rows are in {name}@v{version}; describe_table shows them"),
        ..problem
    }
}
