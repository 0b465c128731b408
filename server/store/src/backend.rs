//! What a database has to offer to be a store. Bodies are JSON text here; [`crate::transaction`]
//! puts the types on top. Every implementation runs the suite in `conformance`.

use crate::error::StoreError;
use crate::lease::Lease;
use crate::record::{Query, Record};
use crate::stream::Entry;

/// When a committed transaction outlives a loss of power. The end of a process it always outlives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// At its commit.
    AtCommit,
    /// With the next commit that is [`Durability::AtCommit`], at the latest.
    Later,
}

/// A database. Write transactions of all processes come one after the other; a read transaction
/// sees one state of the database from beginning to end.
pub(crate) trait Backend: Send + Sync {
    /// Starts a read transaction, which ends when it is dropped.
    fn begin_read(&self) -> Result<Box<dyn ReadTransaction + '_>, StoreError>;
    /// Starts a write transaction, waiting for its turn. Dropping it undoes it.
    fn begin_write(&self, durability: Durability) -> Result<Box<dyn WriteTransaction + '_>, StoreError>;
    /// Looks through the whole database for damage.
    fn check(&self) -> Result<(), StoreError>;
}

/// Reads within one transaction.
pub(crate) trait ReadTransaction {
    /// The record of a key.
    fn get(&self, collection: &str, key: &str) -> Result<Option<Record<String>>, StoreError>;
    /// The records that fit.
    fn list(&self, collection: &str, query: &Query<'_>) -> Result<Vec<Record<String>>, StoreError>;
    /// How many records there are, of one parent or in all.
    fn count(&self, collection: &str, parent: Option<&str>) -> Result<u64, StoreError>;
    /// Entries with a number above `after`, in order; of one key or all.
    fn read_stream(
        &self,
        stream: &str,
        key: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry<String>>, StoreError>;
    /// Entries with a number below `before`, the last first; of one key or all.
    fn read_stream_back(
        &self,
        stream: &str,
        key: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry<String>>, StoreError>;
    /// The number of the last entry; 0 when there is none.
    fn stream_len(&self, stream: &str) -> Result<u64, StoreError>;
    /// The last number that the counter gave; 0 when it gave none.
    fn counter(&self, name: &str) -> Result<u64, StoreError>;
    /// The lease, expired or not.
    fn lease(&self, name: &str) -> Result<Option<Lease>, StoreError>;
    /// The leases whose name starts with `prefix`, by name.
    fn leases(&self, prefix: &str) -> Result<Vec<Lease>, StoreError>;
}

/// Reads and writes within one transaction.
pub(crate) trait WriteTransaction: ReadTransaction {
    /// Inserts at revision 1; `false` when the key is taken.
    fn insert(&self, collection: &str, key: &str, parent: Option<&str>, body: &str, now_ms: i64) -> Result<bool, StoreError>;
    /// Inserts or replaces, and answers with the new revision.
    fn upsert(&self, collection: &str, key: &str, parent: Option<&str>, body: &str, now_ms: i64) -> Result<u64, StoreError>;
    /// Deletes; `false` when there is none.
    fn delete(&self, collection: &str, key: &str) -> Result<bool, StoreError>;
    /// Appends in order and answers with the number of the last entry of the stream.
    fn append(&self, stream: &str, entries: &[(Option<&str>, String)]) -> Result<u64, StoreError>;
    /// The next number of the counter.
    fn next(&self, name: &str) -> Result<u64, StoreError>;
    /// Writes a lease, replacing the one of its name.
    fn put_lease(&self, lease: &Lease) -> Result<(), StoreError>;
    /// Deletes a lease; `false` when there is none.
    fn delete_lease(&self, name: &str) -> Result<bool, StoreError>;
    /// Makes everything durable. On failure nothing of it has happened.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
