//! The store in one SQLite file: write-ahead log, every commit synced, one writing connection and
//! a few reading ones.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use rusqlite::Connection;

use crate::backend::{Backend, Durability, ReadTransaction, WriteTransaction};
use crate::error::StoreError;
use crate::lease::Lease;
use crate::record::{Query, Record};
use crate::stream::Entry;
use database::Database;

mod counters;
mod database;
mod leases;
mod open;
mod records;
mod schema;
mod streams;
#[cfg(test)]
mod tests;

/// How many reading connections are kept for the next reader; more are opened when needed.
const IDLE_READERS_MAX: usize = 8;

/// One SQLite file.
pub(crate) struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// The thread that holds `writer`, to tell waiting for others from waiting for oneself.
    writing_thread: Mutex<Option<ThreadId>>,
    idle_readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens the file, making or migrating it as needed.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            writer: Mutex::new(open::prepare(path, schema::STEPS)?),
            path: path.to_path_buf(),
            writing_thread: Mutex::new(None),
            idle_readers: Mutex::new(Vec::new()),
        })
    }
}

impl Backend for Sqlite {
    fn begin_read(&self) -> Result<Box<dyn ReadTransaction + '_>, StoreError> {
        let idle = lock(&self.idle_readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::reader(&self.path)?,
        };
        let reading = Reading { sqlite: self, connection: Some(connection) };
        let database = reading.database();
        database.execute("BEGIN DEFERRED", ())?;
        // A deferred transaction sees the state of its first read, so read something now.
        database.query_one("PRAGMA schema_version", (), |row| row.get::<_, i64>(0))?;
        Ok(Box::new(reading))
    }

    fn begin_write(&self, durability: Durability) -> Result<Box<dyn WriteTransaction + '_>, StoreError> {
        let this_thread = thread::current().id();
        if *lock(&self.writing_thread) == Some(this_thread) {
            return Err(StoreError::Nested);
        }
        let connection = lock(&self.writer);
        *lock(&self.writing_thread) = Some(this_thread);
        let writing = Writing { sqlite: self, connection };
        // Said each time: a connection must never keep what a transaction before it wanted. It takes
        // effect when it is prepared, so no prepared statement will do.
        let synchronous = match durability {
            Durability::AtCommit => "PRAGMA synchronous = FULL",
            Durability::Later => "PRAGMA synchronous = NORMAL",
        };
        writing.database().execute_batch(synchronous)?;
        writing.database().execute("BEGIN IMMEDIATE", ())?;
        Ok(Box::new(writing))
    }

    fn check(&self) -> Result<(), StoreError> {
        let connection = open::reader(&self.path)?;
        let database = Database { connection: &connection, path: &self.path };
        let finding = database.query_one("PRAGMA quick_check(1)", (), |row| row.get::<_, String>(0))?;
        match finding.as_deref() {
            None | Some("ok") => Ok(()),
            Some(message) => Err(StoreError::Damaged { path: self.path.clone(), message: message.to_owned() }),
        }
    }
}

/// A panic while a lock was held leaves nothing half done here: transactions undo themselves.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A read transaction.
struct Reading<'a> {
    sqlite: &'a Sqlite,
    /// Present until dropped.
    connection: Option<Connection>,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A connection that cannot end its transaction is closed, which ends it.
        if !connection.is_autocommit() && connection.execute_batch("ROLLBACK").is_err() {
            return;
        }
        let mut idle = lock(&self.sqlite.idle_readers);
        if idle.len() < IDLE_READERS_MAX {
            idle.push(connection);
        }
    }
}

/// A write transaction. Dropping it uncommitted rolls back.
struct Writing<'a> {
    sqlite: &'a Sqlite,
    connection: MutexGuard<'a, Connection>,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            // When this fails the file system does; the next BEGIN will say so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        *lock(&self.sqlite.writing_thread) = None;
    }
}

/// A transaction of either kind: what reading needs.
trait InTransaction {
    fn database(&self) -> Database<'_>;
}

impl InTransaction for Reading<'_> {
    fn database(&self) -> Database<'_> {
        let connection = self.connection.as_ref().expect("the connection is there until the transaction is dropped");
        Database { connection, path: &self.sqlite.path }
    }
}

impl InTransaction for Writing<'_> {
    fn database(&self) -> Database<'_> {
        Database { connection: &self.connection, path: &self.sqlite.path }
    }
}

impl<X: InTransaction> ReadTransaction for X {
    fn get(&self, collection: &str, key: &str) -> Result<Option<Record<String>>, StoreError> {
        records::get(self.database(), collection, key)
    }

    fn list(&self, collection: &str, query: &Query<'_>) -> Result<Vec<Record<String>>, StoreError> {
        records::list(self.database(), collection, query)
    }

    fn count(&self, collection: &str, parent: Option<&str>) -> Result<u64, StoreError> {
        records::count(self.database(), collection, parent)
    }

    fn read_stream(
        &self,
        stream: &str,
        key: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry<String>>, StoreError> {
        streams::read(self.database(), stream, key, after, limit)
    }

    fn read_stream_back(
        &self,
        stream: &str,
        key: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry<String>>, StoreError> {
        streams::read_back(self.database(), stream, key, before, limit)
    }

    fn stream_len(&self, stream: &str) -> Result<u64, StoreError> {
        streams::len(self.database(), stream)
    }

    fn counter(&self, name: &str) -> Result<u64, StoreError> {
        counters::read(self.database(), name)
    }

    fn lease(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        leases::get(self.database(), name)
    }

    fn leases(&self, prefix: &str) -> Result<Vec<Lease>, StoreError> {
        leases::list(self.database(), prefix)
    }
}

impl WriteTransaction for Writing<'_> {
    fn insert(
        &self,
        collection: &str,
        key: &str,
        parent: Option<&str>,
        body: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        records::insert(self.database(), collection, key, parent, body, now_ms)
    }

    fn upsert(
        &self,
        collection: &str,
        key: &str,
        parent: Option<&str>,
        body: &str,
        now_ms: i64,
    ) -> Result<u64, StoreError> {
        records::upsert(self.database(), collection, key, parent, body, now_ms)
    }

    fn delete(&self, collection: &str, key: &str) -> Result<bool, StoreError> {
        records::delete(self.database(), collection, key)
    }

    fn append(&self, stream: &str, entries: &[(Option<&str>, String)]) -> Result<u64, StoreError> {
        streams::append(self.database(), stream, entries)
    }

    fn next(&self, name: &str) -> Result<u64, StoreError> {
        counters::next(self.database(), name)
    }

    fn put_lease(&self, lease: &Lease) -> Result<(), StoreError> {
        leases::put(self.database(), lease)
    }

    fn delete_lease(&self, name: &str) -> Result<bool, StoreError> {
        leases::delete(self.database(), name)
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.database().execute("COMMIT", ())?;
        Ok(())
    }
}
