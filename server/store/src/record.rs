//! Records: JSON values with a key, in named collections.

/// A record as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Record<T> {
    /// Its name, unique in the collection.
    pub key: String,
    /// What it belongs to, for listing.
    pub parent: Option<String>,
    /// 1 when inserted, one more with each change. A record that was deleted and inserted again
    /// starts anew at 1.
    pub revision: u64,
    /// When it was inserted, milliseconds since 1970 (UTC), as told by the caller.
    pub created_ms: i64,
    /// When it was last changed, milliseconds since 1970 (UTC), as told by the caller.
    pub updated_ms: i64,
    /// The value.
    pub body: T,
}

/// Which records of a collection to list. The default is all of them, by key.
///
/// ```
/// # use mlwright_store::Query;
/// let page = Query { parent: Some("experiment-1"), newest_first: true, limit: Some(50), ..Query::default() };
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Query<'a> {
    /// Only records with this parent.
    pub parent: Option<&'a str>,
    /// Only records whose key starts with this.
    pub prefix: Option<&'a str>,
    /// Only records that come after the one of this key in the chosen order: the last key of the
    /// page before. With `newest_first` that record must still be there.
    pub after: Option<&'a str>,
    /// The last inserted first; otherwise by key, in the order of its UTF-8 bytes.
    pub newest_first: bool,
    /// The most records to answer with.
    pub limit: Option<usize>,
}
