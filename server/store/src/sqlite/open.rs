//! Opening the file: made, migrated and switched to the write-ahead log exactly once, however many
//! processes open it at the same instant.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use mlwright_base::system::files;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::database::{Database, failure};
use crate::error::StoreError;

/// How long SQLite waits for other processes' locks.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Some locks SQLite does not wait for, such as the one for switching to the write-ahead log: we
/// do, this many times …
const BUSY_TRIES: u32 = 600;
/// … with this pause between.
const BUSY_PAUSE: Duration = Duration::from_millis(50);
/// Marks a SQLite file as ours: the letters `mlwr`.
const APPLICATION_ID: i64 = 0x6d6c_7772;
/// The write-ahead log is cut back to this size in bytes after it has grown beyond it.
const LOG_BYTES_KEPT: u32 = 16 << 20;
/// How many compiled statements a connection keeps.
const STATEMENTS_KEPT: usize = 64;

/// What the file says about itself.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    application_id: i64,
    version: i64,
    has_tables: bool,
}

/// Opens the file for writing, making it and its folder, and migrating it, as needed.
pub(super) fn prepare(path: &Path, steps: &[&str]) -> Result<Connection, StoreError> {
    // The usual case needs no lock: the file is as it should be.
    if files::exists(path) {
        let connection = connect(path)?;
        let database = Database { connection: &connection, path };
        if waiting(|| identity(database))?.is_current(steps.len()) && waiting(|| journal_mode(database))? == "wal" {
            return Ok(connection);
        }
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    if !folder.as_os_str().is_empty() {
        files::create_dir_all(folder).map_err(|source| io("make the folder", folder, source))?;
    }
    let lock_path = lock_path(path);
    let _turn = files::lock(&lock_path).map_err(|source| io("lock", &lock_path, source))?;
    let connection = connect(path)?;
    let database = Database { connection: &connection, path };
    refuse_unknown(path, &waiting(|| identity(database))?, steps.len())?;
    waiting(|| use_write_ahead_log(database))?;
    migrate(database, steps)?;
    Ok(connection)
}

/// Opens another connection to a file that [`prepare`] has seen, for reading only.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    Database { connection: &connection, path }.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failure(path, &error))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| failure(path, &error))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Without it a kept statement is compiled anew for each value of its LIMIT.
    let stable_plans = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(stable_plans, true).map_err(|error| failure(path, &error))?;
    // `synchronous` and the size kept belong to the connection, not to the file.
    let settings = format!("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {LOG_BYTES_KEPT};");
    waiting(|| Database { connection: &connection, path }.execute_batch(&settings))?;
    Ok(connection)
}

/// `metadata.db` → `metadata.db-open`, like SQLite's own `-wal` and `-shm`.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push("-open");
    path.with_file_name(name)
}

/// Repeats what is refused because others hold a lock that SQLite itself does not wait for.
fn waiting<T>(mut work: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    for _ in 1..BUSY_TRIES {
        match work() {
            Err(StoreError::Busy { .. }) => thread::sleep(BUSY_PAUSE),
            other => return other,
        }
    }
    work()
}

impl Identity {
    fn is_current(&self, n_steps: usize) -> bool {
        self.application_id == APPLICATION_ID && usize::try_from(self.version).is_ok_and(|version| version == n_steps)
    }
}

/// One statement, so that all three are of one moment.
fn identity(database: Database<'_>) -> Result<Identity, StoreError> {
    let sql = "SELECT a.application_id, v.user_version, EXISTS (SELECT 1 FROM sqlite_schema)
               FROM pragma_application_id AS a, pragma_user_version AS v";
    let found = database.query_one(sql, (), |row| {
        Ok(Identity { application_id: row.get(0)?, version: row.get(1)?, has_tables: row.get(2)? })
    })?;
    found.ok_or_else(|| StoreError::Database {
        path: database.path.to_path_buf(),
        message: "it does not tell its version".to_owned(),
    })
}

fn refuse_unknown(path: &Path, found: &Identity, n_steps: usize) -> Result<(), StoreError> {
    let is_new = *found == Identity { application_id: 0, version: 0, has_tables: false };
    if found.application_id != APPLICATION_ID && !is_new {
        return Err(StoreError::Foreign { path: path.to_path_buf() });
    }
    let supported = u32::try_from(n_steps).unwrap_or(u32::MAX);
    match u32::try_from(found.version) {
        Ok(version) if version <= supported => Ok(()),
        Ok(version) => Err(StoreError::NewerSchema { path: path.to_path_buf(), found: version, supported }),
        Err(_) => Err(StoreError::Damaged {
            path: path.to_path_buf(),
            message: format!("its schema version is {}", found.version),
        }),
    }
}

fn journal_mode(database: Database<'_>) -> Result<String, StoreError> {
    let mode = database.query_one("PRAGMA journal_mode", (), |row| row.get::<_, String>(0))?;
    Ok(mode.unwrap_or_default())
}

fn use_write_ahead_log(database: Database<'_>) -> Result<(), StoreError> {
    let mode = database.query_one("PRAGMA journal_mode = WAL", (), |row| row.get::<_, String>(0))?;
    match mode.as_deref() {
        Some("wal") => Ok(()),
        _ => Err(StoreError::Unusable {
            path: database.path.to_path_buf(),
            message: "the file system does not support a write-ahead log".to_owned(),
        }),
    }
}

/// Runs the missing steps, each a transaction of its own together with the new version number.
fn migrate(database: Database<'_>, steps: &[&str]) -> Result<(), StoreError> {
    let version = usize::try_from(identity(database)?.version).unwrap_or(0);
    for (from, step) in steps.iter().enumerate().skip(version) {
        let to = from + 1;
        let script = format!(
            "BEGIN IMMEDIATE; {step}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {to}; COMMIT;"
        );
        let done = database.execute_batch(&script);
        if done.is_err() && !database.connection.is_autocommit() {
            // The failure to report is the first one; closing the connection undoes the rest.
            let _ = database.execute_batch("ROLLBACK");
        }
        done?;
    }
    Ok(())
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_path_buf(), source }
}
