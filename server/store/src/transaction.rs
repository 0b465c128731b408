//! What can be done within one transaction, with values of any type that serde knows.
//!
//! JSON has no NaN and no infinities: serde writes such numbers as `null`. Give fields that may
//! hold them the type `Option<f64>`.

use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::backend::{ReadTransaction, WriteTransaction};
use crate::error::StoreError;
use crate::lease::Lease;
use crate::record::{Query, Record};
use crate::stream::Entry;

/// One unchanging state of the database.
pub struct ReadTx<'a> {
    raw: &'a dyn ReadTransaction,
}

impl<'a> ReadTx<'a> {
    pub(crate) fn new(raw: &'a dyn ReadTransaction) -> Self {
        Self { raw }
    }

    /// The record of a key.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the value is not a `T`, and failures of the database.
    pub fn get<T: DeserializeOwned>(&self, collection: &str, key: &str) -> Result<Option<Record<T>>, StoreError> {
        self.raw.get(collection, key)?.map(|record| typed_record(collection, record)).transpose()
    }

    /// The records that fit the query, in its order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when `newest_first` is to continue after a record that is gone,
    /// [`StoreError::Unreadable`] when a value is not a `T`, and failures of the database.
    pub fn list<T: DeserializeOwned>(&self, collection: &str, query: &Query<'_>) -> Result<Vec<Record<T>>, StoreError> {
        self.raw.list(collection, query)?.into_iter().map(|record| typed_record(collection, record)).collect()
    }

    /// How many records the collection holds, of one parent or in all.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn count(&self, collection: &str, parent: Option<&str>) -> Result<u64, StoreError> {
        self.raw.count(collection, parent)
    }

    /// The first `limit` entries with a number above `after` (0 for the start), in order.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when a value is not a `T`, and failures of the database.
    pub fn read_stream<T: DeserializeOwned>(
        &self,
        stream: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry<T>>, StoreError> {
        typed_entries(stream, self.raw.read_stream(stream, None, after, limit)?)
    }

    /// As [`ReadTx::read_stream`], only entries of one key.
    ///
    /// # Errors
    /// As [`ReadTx::read_stream`].
    pub fn read_stream_key<T: DeserializeOwned>(
        &self,
        stream: &str,
        key: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry<T>>, StoreError> {
        typed_entries(stream, self.raw.read_stream(stream, Some(key), after, limit)?)
    }

    /// The last `limit` entries with a number below `before` (`None` for the end), the last first.
    ///
    /// # Errors
    /// As [`ReadTx::read_stream`].
    pub fn read_stream_back<T: DeserializeOwned>(
        &self,
        stream: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry<T>>, StoreError> {
        typed_entries(stream, self.raw.read_stream_back(stream, None, before, limit)?)
    }

    /// The last entry of a stream.
    ///
    /// # Errors
    /// As [`ReadTx::read_stream`].
    pub fn last<T: DeserializeOwned>(&self, stream: &str) -> Result<Option<Entry<T>>, StoreError> {
        Ok(self.read_stream_back(stream, None, 1)?.pop())
    }

    /// The last entry of a key in a stream.
    ///
    /// # Errors
    /// As [`ReadTx::read_stream`].
    pub fn last_of_key<T: DeserializeOwned>(&self, stream: &str, key: &str) -> Result<Option<Entry<T>>, StoreError> {
        Ok(typed_entries(stream, self.raw.read_stream_back(stream, Some(key), None, 1)?)?.pop())
    }

    /// How many entries a stream has, which is the number of its last one.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn stream_len(&self, stream: &str) -> Result<u64, StoreError> {
        self.raw.stream_len(stream)
    }

    /// The last number that the counter gave; 0 when it gave none.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn counter(&self, name: &str) -> Result<u64, StoreError> {
        self.raw.counter(name)
    }

    /// The lease of a name, expired or not; `None` when nobody took it or it was released.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn lease(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        self.raw.lease(name)
    }

    /// The leases whose name starts with `prefix`, expired or not, by name.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn leases(&self, prefix: &str) -> Result<Vec<Lease>, StoreError> {
        self.raw.leases(prefix)
    }
}

/// A transaction that may write. It can do all that [`ReadTx`] can, and sees its own writes.
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    raw: &'a dyn WriteTransaction,
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

impl<'a> WriteTx<'a> {
    pub(crate) fn new(raw: &'a dyn WriteTransaction) -> Self {
        Self { read: ReadTx::new(raw), raw }
    }

    /// Adds a record, at revision 1.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], and failures of the database.
    pub fn insert<T: Serialize + ?Sized>(
        &self,
        collection: &str,
        key: &str,
        parent: Option<&str>,
        body: &T,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let body = json(|| format!("{collection}/{key}"), body)?;
        if self.raw.insert(collection, key, parent, &body, now_ms)? {
            return Ok(());
        }
        Err(StoreError::AlreadyExists { collection: collection.to_owned(), key: key.to_owned() })
    }

    /// Adds or replaces a record, parent included, and answers with its new revision. With
    /// `expected`, the record must be there at that revision.
    ///
    /// # Errors
    /// [`StoreError::RevisionConflict`] when it is not, and failures of the database.
    pub fn put<T: Serialize + ?Sized>(
        &self,
        collection: &str,
        key: &str,
        parent: Option<&str>,
        expected: Option<u64>,
        body: &T,
        now_ms: i64,
    ) -> Result<u64, StoreError> {
        self.expect_revision(collection, key, expected)?;
        let body = json(|| format!("{collection}/{key}"), body)?;
        self.raw.upsert(collection, key, parent, &body, now_ms)
    }

    /// Changes a record that is there, keeping its parent, and answers with what is stored now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], those of `change`, and failures of the database.
    pub fn modify<T, E>(
        &self,
        collection: &str,
        key: &str,
        now_ms: i64,
        change: impl FnOnce(&mut T) -> Result<(), E>,
    ) -> Result<Record<T>, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<StoreError>,
    {
        let found = self.get::<T>(collection, key)?;
        let not_found = || StoreError::NotFound { collection: collection.to_owned(), key: key.to_owned() };
        let mut record = found.ok_or_else(not_found)?;
        change(&mut record.body)?;
        record.revision = self.put(collection, key, record.parent.as_deref(), None, &record.body, now_ms)?;
        record.updated_ms = now_ms;
        Ok(record)
    }

    /// Deletes a record; `false` when there was none. With `expected`, the record must be there at
    /// that revision.
    ///
    /// # Errors
    /// [`StoreError::RevisionConflict`] when it is not, and failures of the database.
    pub fn delete(&self, collection: &str, key: &str, expected: Option<u64>) -> Result<bool, StoreError> {
        self.expect_revision(collection, key, expected)?;
        self.raw.delete(collection, key)
    }

    /// Appends one entry and answers with its number.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn append<T: Serialize + ?Sized>(&self, stream: &str, key: Option<&str>, body: &T) -> Result<u64, StoreError> {
        self.raw.append(stream, &[(key, json(|| stream.to_owned(), body)?)])
    }

    /// Appends entries in their order and answers with the number of the stream's last entry
    /// (0 when it has none).
    ///
    /// # Errors
    /// Failures of the database.
    pub fn append_all<'e, T: Serialize + 'e>(
        &self,
        stream: &str,
        entries: impl IntoIterator<Item = (Option<&'e str>, &'e T)>,
    ) -> Result<u64, StoreError> {
        let entries = entries
            .into_iter()
            .map(|(key, body)| Ok((key, json(|| stream.to_owned(), body)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        self.raw.append(stream, &entries)
    }

    /// The next number of a counter: 1, 2, 3, … without gaps, for a transaction that is undone
    /// gives its numbers back.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn next(&self, name: &str) -> Result<u64, StoreError> {
        self.raw.next(name)
    }

    /// Takes a lease for `ttl_ms` from `now_ms` when nobody holds it, it is expired, or `owner`
    /// holds it already. Answers whether `owner` holds it now.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn acquire_lease(&self, name: &str, owner: &str, now_ms: i64, ttl_ms: i64) -> Result<bool, StoreError> {
        let held = self.lease(name)?.filter(|lease| !lease.is_expired(now_ms));
        let acquired_ms = match held {
            Some(lease) if lease.owner != owner => return Ok(false),
            Some(lease) => lease.acquired_ms,
            None => now_ms,
        };
        self.put_lease(name, owner, acquired_ms, now_ms, ttl_ms)?;
        Ok(true)
    }

    /// Prolongs a lease to `ttl_ms` from `now_ms`. Answers `false` when `owner` does not hold it or
    /// let it expire: others may then have acted on that, so what it guards must be looked at again
    /// before [`WriteTx::acquire_lease`].
    ///
    /// # Errors
    /// Failures of the database.
    pub fn renew_lease(&self, name: &str, owner: &str, now_ms: i64, ttl_ms: i64) -> Result<bool, StoreError> {
        match self.lease(name)? {
            Some(lease) if lease.owner == owner && !lease.is_expired(now_ms) => {
                self.put_lease(name, owner, lease.acquired_ms, now_ms, ttl_ms)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Gives a lease back. Answers `false` when it is not `owner`'s, which is no error.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn release_lease(&self, name: &str, owner: &str) -> Result<bool, StoreError> {
        match self.lease(name)? {
            Some(lease) if lease.owner == owner => self.raw.delete_lease(name),
            _ => Ok(false),
        }
    }

    fn put_lease(&self, name: &str, owner: &str, acquired_ms: i64, now_ms: i64, ttl_ms: i64) -> Result<(), StoreError> {
        self.raw.put_lease(&Lease {
            name: name.to_owned(),
            owner: owner.to_owned(),
            acquired_ms,
            renewed_ms: now_ms,
            expires_ms: now_ms.saturating_add(ttl_ms),
        })
    }

    fn expect_revision(&self, collection: &str, key: &str, expected: Option<u64>) -> Result<(), StoreError> {
        let Some(expected) = expected else { return Ok(()) };
        let found = self.raw.get(collection, key)?.map(|record| record.revision);
        if found == Some(expected) {
            return Ok(());
        }
        Err(StoreError::RevisionConflict { collection: collection.to_owned(), key: key.to_owned(), expected, found })
    }
}

fn json<T: Serialize + ?Sized>(place: impl FnOnce() -> String, body: &T) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|error| StoreError::Unwritable { place: place(), message: error.to_string() })
}

fn typed_record<T: DeserializeOwned>(collection: &str, record: Record<String>) -> Result<Record<T>, StoreError> {
    let Record { key, parent, revision, created_ms, updated_ms, body } = record;
    match serde_json::from_str(&body) {
        Ok(body) => Ok(Record { key, parent, revision, created_ms, updated_ms, body }),
        Err(error) => Err(StoreError::Unreadable { place: format!("{collection}/{key}"), message: error.to_string() }),
    }
}

fn typed_entries<T: DeserializeOwned>(stream: &str, entries: Vec<Entry<String>>) -> Result<Vec<Entry<T>>, StoreError> {
    let typed = |Entry { seq, key, body }: Entry<String>| match serde_json::from_str(&body) {
        Ok(body) => Ok(Entry { seq, key, body }),
        Err(error) => Err(StoreError::Unreadable { place: format!("{stream}#{seq}"), message: error.to_string() }),
    };
    entries.into_iter().map(typed).collect()
}
