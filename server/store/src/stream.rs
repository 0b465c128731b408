//! Streams: numbered entries that are only ever appended.

/// One entry of a stream.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry<T> {
    /// Its number in the stream: 1, 2, 3, … without gaps.
    pub seq: u64,
    /// What it is about, for reading only those of one key.
    pub key: Option<String>,
    /// The value.
    pub body: T,
}
