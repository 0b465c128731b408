//! Why the store could not do something, and what the user can do about it.

use std::path::PathBuf;

use mlwright_base::{ErrorCode, Problem};

/// A failure of the store, named by its cause.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An insert found a record of that key.
    #[error("{key:?} already exists in {collection}")]
    AlreadyExists {
        /// Where it was to go.
        collection: String,
        /// The key that is taken.
        key: String,
    },
    /// A record that has to be there is not.
    #[error("{key:?} does not exist in {collection}")]
    NotFound {
        /// Where it was looked for.
        collection: String,
        /// The key that was looked for.
        key: String,
    },
    /// The record changed since it was read.
    #[error("{key:?} in {collection} was changed by someone else: expected revision {expected}, found {}", revision(.found))]
    RevisionConflict {
        /// The record's collection.
        collection: String,
        /// The record's key.
        key: String,
        /// The revision that the caller had read.
        expected: u64,
        /// The revision there is now; `None` when the record is gone.
        found: Option<u64>,
    },
    /// A value cannot be written as JSON: a defect of the caller.
    #[error("the value for {place} cannot be written as JSON: {message}")]
    Unwritable {
        /// Collection and key, or stream.
        place: String,
        /// What the serializer said.
        message: String,
    },
    /// A stored value does not have the form that the caller expects.
    #[error("the value stored at {place} cannot be read: {message}")]
    Unreadable {
        /// Collection and key, or stream and sequence number.
        place: String,
        /// What the deserializer said.
        message: String,
    },
    /// `write` was called inside `write` by one thread, which could only wait for itself.
    #[error("a write transaction was started inside another one")]
    Nested,
    /// Other processes held the database for longer than the store waits.
    #[error("the database {} is in use by another process: {message}", .path.display())]
    Busy {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        message: String,
    },
    /// The database was made by a newer mlwright.
    #[error("the database {} has schema version {found}, but this mlwright knows versions up to {supported}", .path.display())]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The newest version this program knows.
        supported: u32,
    },
    /// The file is a database, but not one of ours.
    #[error("the database {} was not made by mlwright", .path.display())]
    Foreign {
        /// The database file.
        path: PathBuf,
    },
    /// The file is no database, or its content is damaged.
    #[error("the database {} is damaged: {message}", .path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        message: String,
    },
    /// There is no space left for the database.
    #[error("no space is left for the database {}: {message}", .path.display())]
    Full {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        message: String,
    },
    /// The database cannot be opened or written: missing rights, a read-only or unsuitable disk.
    #[error("the database {} cannot be used: {message}", .path.display())]
    Unusable {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        message: String,
    },
    /// The database failed otherwise.
    #[error("the database {} failed: {message}", .path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        message: String,
    },
    /// A path within the artifacts is not a plain relative one.
    #[error("the artifact path {path:?} {reason}")]
    ArtifactPath {
        /// The path as given.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The place for an artifact is taken; artifacts never change.
    #[error("the artifact {path:?} already exists")]
    ArtifactExists {
        /// The path within the artifacts.
        path: String,
    },
    /// There is no such artifact or file in it.
    #[error("the artifact {path:?} does not exist")]
    ArtifactNotFound {
        /// The path within the artifacts.
        path: String,
    },
    /// An artifact without a single file was to be committed.
    #[error("the artifact {path:?} has no files")]
    ArtifactEmpty {
        /// The path within the artifacts.
        path: String,
    },
    /// The file system failed.
    #[error("could not {action} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

fn revision(found: &Option<u64>) -> String {
    found.map_or_else(|| "no record".to_owned(), |found| found.to_string())
}

impl StoreError {
    /// The stable code of this failure at the operation boundary.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::AlreadyExists { .. } | Self::RevisionConflict { .. } | Self::ArtifactExists { .. } => ErrorCode::Conflict,
            Self::NotFound { .. } | Self::ArtifactNotFound { .. } => ErrorCode::NotFound,
            Self::Busy { .. } => ErrorCode::Unavailable,
            Self::ArtifactPath { .. } => ErrorCode::Refused,
            Self::Unwritable { .. } | Self::Nested | Self::ArtifactEmpty { .. } => ErrorCode::Internal,
            Self::Unreadable { .. }
            | Self::NewerSchema { .. }
            | Self::Foreign { .. }
            | Self::Damaged { .. }
            | Self::Full { .. }
            | Self::Unusable { .. }
            | Self::Database { .. }
            | Self::Io { .. } => ErrorCode::Storage,
        }
    }

    /// What the user can do next; empty when the message says it all.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::RevisionConflict { .. } => "read it again and repeat the change",
            Self::Busy { .. } => "try again; if it stays so, look for a hanging mlwright process",
            Self::NewerSchema { .. } => "use the newer mlwright that made this workspace",
            Self::Foreign { .. } => "choose another workspace, or move that file away",
            Self::Damaged { .. } => "restore the file from a backup, or move it away to start with an empty one",
            Self::Full { .. } => "free some disk space and try again",
            Self::Unusable { .. } => "check the rights and that it is on a local disk that can be written",
            Self::ArtifactPath { .. } => "use names separated by '/', without '..' and not starting with '/'",
            _ => "",
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(error.code(), error.to_string()).hint(error.hint())
    }
}
