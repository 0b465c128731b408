//! A connection with the file's path, so that every failure says which file and why.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Params, Row};

use crate::error::StoreError;

/// A connection to the database at `path`.
#[derive(Clone, Copy)]
pub(super) struct Database<'a> {
    pub(super) connection: &'a Connection,
    pub(super) path: &'a Path,
}

impl Database<'_> {
    /// Runs one statement and answers with how many rows it changed.
    pub(super) fn execute(self, sql: &str, parameters: impl Params) -> Result<usize, StoreError> {
        let run = || self.connection.prepare_cached(sql)?.execute(parameters);
        run().map_err(|error| failure(self.path, &error))
    }

    /// Runs statements without parameters.
    pub(super) fn execute_batch(self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| failure(self.path, &error))
    }

    /// The first row, when there is one.
    pub(super) fn query_one<T>(
        self,
        sql: &str,
        parameters: impl Params,
        row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let run = || self.connection.prepare_cached(sql)?.query_row(parameters, row).optional();
        run().map_err(|error| failure(self.path, &error))
    }

    /// All rows.
    pub(super) fn query<T>(
        self,
        sql: &str,
        parameters: impl Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let run = || self.connection.prepare_cached(sql)?.query_map(parameters, row)?.collect::<rusqlite::Result<Vec<T>>>();
        run().map_err(|error| failure(self.path, &error))
    }
}

/// What a failure of SQLite means to the user of the file.
pub(super) fn failure(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_path_buf();
    let message = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            StoreError::Busy { path, message }
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path, message },
        Some(ErrorCode::DiskFull) => StoreError::Full { path, message },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            StoreError::Unusable { path, message }
        }
        _ => StoreError::Database { path, message },
    }
}

/// SQLite's integers are signed. What the store counts starts at 0 and grows by one, so it never
/// comes near the ends of either type.
pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// See [`to_sql`].
pub(super) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A limit as SQLite takes it.
pub(super) fn limit_to_sql(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The smallest text that comes after every text that starts with `prefix`, in the order of UTF-8
/// bytes; `None` when there is none.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The numbers between U+D7FF and U+E000 are no characters.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
