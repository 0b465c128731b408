//! The database of a workspace.

use std::path::Path;
use std::sync::Arc;

use crate::backend::{Backend, Durability};
use crate::error::StoreError;
use crate::sqlite::Sqlite;
use crate::transaction::{ReadTx, WriteTx};

/// The database of a workspace. Clones share its connections; many threads and many processes may
/// use the same file at once.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
}

impl Store {
    /// Opens the SQLite database at `path`, making it and its folder when they do not exist, and
    /// bringing an older one up to date. Beside it appear SQLite's `-wal` and `-shm` files and an
    /// empty `-open` file, by whose lock processes take turns while making the database.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::Damaged`], [`StoreError::Foreign`], or that the
    /// file cannot be used.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::over(Arc::new(Sqlite::open(path)?)))
    }

    pub(crate) fn over(backend: Arc<dyn Backend>) -> Self {
        Self { backend }
    }

    /// Does `work` on one unchanging state of the database, never waiting for writers.
    ///
    /// # Errors
    /// Those of `work`, and failures of the database.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&ReadTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.backend.begin_read()?;
        work(&ReadTx::new(transaction.as_ref()))
    }

    /// Does `work` as one durable step: all of it happens, or, when `work` fails or panics or the
    /// machine stops, none of it. Writers of all processes take turns, so keep `work` short: no
    /// files, no network, no computation. Do not call [`Store::write`] inside it.
    ///
    /// # Errors
    /// Those of `work`, [`StoreError::Busy`] after 30 seconds of waiting for other processes,
    /// [`StoreError::Nested`], and failures of the database.
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&WriteTx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.write_with(Durability::AtCommit, work)
    }

    /// As [`Store::write`], but a loss of power soon after may undo it: it is durable with the next
    /// [`Store::write`] at the latest. The end of this process undoes nothing. For records that
    /// nobody's work depends on, because waiting for the disk takes most of a small transaction.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_soon<T, E: From<StoreError>>(&self, work: impl FnOnce(&WriteTx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.write_with(Durability::Later, work)
    }

    fn write_with<T, E: From<StoreError>>(&self, durability: Durability, work: impl FnOnce(&WriteTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.backend.begin_write(durability)?;
        let result = work(&WriteTx::new(transaction.as_ref()))?;
        transaction.commit()?;
        Ok(result)
    }

    /// [`WriteTx::acquire_lease`] in a transaction of its own.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn acquire_lease(&self, name: &str, owner: &str, now_ms: i64, ttl_ms: i64) -> Result<bool, StoreError> {
        self.write(|tx| tx.acquire_lease(name, owner, now_ms, ttl_ms))
    }

    /// [`WriteTx::renew_lease`] in a transaction of its own.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn renew_lease(&self, name: &str, owner: &str, now_ms: i64, ttl_ms: i64) -> Result<bool, StoreError> {
        self.write(|tx| tx.renew_lease(name, owner, now_ms, ttl_ms))
    }

    /// [`WriteTx::release_lease`] in a transaction of its own.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn release_lease(&self, name: &str, owner: &str) -> Result<bool, StoreError> {
        self.write(|tx| tx.release_lease(name, owner))
    }

    /// Looks through the whole database for damage; takes time in proportion to its size.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first finding, and failures of the database.
    pub fn check(&self) -> Result<(), StoreError> {
        self.backend.check()
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
