//! Why a table could not be read, asked or written, one variant per cause.

use std::path::{Path, PathBuf};

use mlwright_base::names::did_you_mean;
use mlwright_base::{Cancelled, ErrorCode, Problem};
use polars::error::PolarsError;

/// A failure of this crate. Messy data is not among them: see [`crate::ReadIssue`].
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Nothing is at the path.
    #[error("no file or table at {}", path.display())]
    FileNotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The file's name and content are of no format that is read.
    #[error("{} is in no format that can be read{reason}", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// What was found, when there is something to say: starts with `: `.
        reason: String,
    },
    /// The file has no bytes, or only blanks.
    #[error("{} is empty", path.display())]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, or not what its name says.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A read option that makes no sense.
    #[error("{message}")]
    InvalidOption {
        /// The option's name.
        option: &'static str,
        /// What was expected and what was found.
        message: String,
    },
    /// More bytes than the named limit.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit.
        limit_bytes: u64,
        /// How to get by.
        hint: String,
    },
    /// A column that the table does not have.
    #[error("there is no column {column:?}")]
    ColumnNotFound {
        /// The name asked for.
        column: String,
        /// The names that can be used there.
        available: Vec<String>,
    },
    /// A table that SQL names and nobody knows.
    #[error("there is no table {table:?}")]
    TableNotFound {
        /// The name asked for.
        table: String,
        /// The names that can be used.
        available: Vec<String>,
    },
    /// The SQL does not parse, or uses what is not supported.
    #[error("{message}")]
    InvalidSql {
        /// What is wrong.
        message: String,
    },
    /// The SQL does more than read the tables it was given.
    #[error("{message}")]
    SqlRefused {
        /// What it does.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// The query ran longer than it may.
    #[error("the query ran longer than {seconds} seconds")]
    QueryTooLong {
        /// The limit in seconds.
        seconds: f64,
    },
    /// Too many queries that ran out of time still hold a thread.
    #[error("{count} queries that ran out of time are still stopping")]
    TooManyAbandonedQueries {
        /// How many.
        count: usize,
    },
    /// A managed table of that name exists.
    #[error("a table exists at {}", path.display())]
    TableExists {
        /// Its folder.
        path: PathBuf,
    },
    /// The folder holds no Delta table.
    #[error("no managed table at {}", path.display())]
    NotATable {
        /// The folder.
        path: PathBuf,
    },
    /// The table has no such version (any more).
    #[error("the table has no version {version}; the latest is {latest}")]
    VersionNotFound {
        /// The version asked for.
        version: u64,
        /// The newest there is.
        latest: u64,
    },
    /// The rows to append have other columns than the table.
    #[error("the columns do not match the table's: {difference}")]
    SchemaMismatch {
        /// Which columns are missing, extra, or of another type.
        difference: String,
    },
    /// Another writer committed first, again and again.
    #[error("another writer changed the table at {} in the meantime", path.display())]
    ConcurrentWrite {
        /// The table's folder.
        path: PathBuf,
    },
    /// The table uses a feature of Delta that is not supported.
    #[error("the Delta table at {} uses {feature}, which is not supported", path.display())]
    DeltaFeature {
        /// The table's folder.
        path: PathBuf,
        /// The feature.
        feature: String,
    },
    /// A type that the output format cannot hold.
    #[error("column {column:?} of type {dtype} cannot be written as {format}")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its type.
        dtype: String,
        /// The output format.
        format: String,
    },
    /// A file could not be opened, read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The transaction log could not be read or written.
    #[error("{}: {message}", path.display())]
    Delta {
        /// The table's folder.
        path: PathBuf,
        /// What delta-rs said.
        message: String,
    },
    /// The work was cancelled: an outcome, not a failure.
    #[error("cancelled")]
    Cancelled,
    /// polars could not do what was asked of the data.
    #[error("{message}")]
    Compute {
        /// What polars said.
        message: String,
    },
    /// A failure that a table resolver or other caller brought along.
    #[error(transparent)]
    Problem(#[from] Problem),
}

impl DataError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::NotFound {
            return Self::FileNotFound { path: path.to_path_buf() };
        }
        Self::Io { path: path.to_path_buf(), source }
    }

    pub(crate) fn unreadable(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unreadable { path: path.to_path_buf(), reason: reason.into() }
    }

    /// An error of polars while it read or wrote this file.
    pub(crate) fn polars_at(path: &Path, error: PolarsError) -> Self {
        match error {
            PolarsError::IO { error, .. } => {
                Self::io(path, std::io::Error::new(error.kind(), first_line(&error.to_string())))
            }
            other => Self::unreadable(path, first_line(&other.to_string())),
        }
    }
}

/// polars adds its query plan and advice for Python users after the first line.
pub(crate) fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
}

impl From<Cancelled> for DataError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<PolarsError> for DataError {
    fn from(error: PolarsError) -> Self {
        match error {
            PolarsError::ColumnNotFound(message) => {
                // polars gives the name alone, or within a sentence.
                let column = quoted_name(&message).unwrap_or_else(|| first_line(&message));
                Self::ColumnNotFound { column, available: Vec::new() }
            }
            PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => Self::from(*error),
            other => Self::Compute { message: first_line(&other.to_string()) },
        }
    }
}

/// The first name in quotes in one of polars' messages.
pub(crate) fn quoted_name(message: &str) -> Option<String> {
    let start = message.find(['"', '\'', '`'])?;
    let quote = message[start..].chars().next()?;
    let rest = &message[start + quote.len_utf8()..];
    rest.find(quote).map(|end| rest[..end].to_owned()).or_else(|| Some(rest.to_owned()))
}

impl From<DataError> for Problem {
    fn from(error: DataError) -> Self {
        let message = error.to_string();
        let (code, hint, field) = match error {
            DataError::Problem(problem) => return problem,
            DataError::Cancelled => return Cancelled.into(),
            DataError::FileNotFound { .. } => (ErrorCode::NotFound, "list_tables shows what there is".to_owned(), ""),
            DataError::NotATable { .. } => (ErrorCode::NotFound, "list_tables shows what there is".to_owned(), ""),
            DataError::UnknownFormat { .. } => (
                ErrorCode::UnreadableData,
                "readable are CSV and TSV (also .gz), Parquet, NDJSON, JSON arrays, Arrow IPC files and Delta tables"
                    .to_owned(),
                "",
            ),
            DataError::EmptyFile { .. } => (ErrorCode::UnsuitableData, String::new(), ""),
            DataError::Unreadable { .. } => (ErrorCode::UnreadableData, String::new(), ""),
            DataError::InvalidOption { option, .. } => (ErrorCode::InvalidArgument, String::new(), option),
            DataError::TooLarge { hint, .. } => (ErrorCode::LimitExceeded, hint, ""),
            DataError::ColumnNotFound { column, available } => {
                (ErrorCode::NotFound, did_you_mean(&column, available.iter().map(String::as_str)), "")
            }
            DataError::TableNotFound { table, available } => {
                (ErrorCode::NotFound, did_you_mean(&table, available.iter().map(String::as_str)), "")
            }
            DataError::InvalidSql { .. } => (ErrorCode::InvalidArgument, String::new(), "sql"),
            DataError::SqlRefused { hint, .. } => (ErrorCode::Refused, hint, "sql"),
            DataError::QueryTooLong { .. } => (
                ErrorCode::LimitExceeded,
                "read fewer rows or columns: filter earlier, or aggregate less finely".to_owned(),
                "",
            ),
            DataError::TooManyAbandonedQueries { .. } => {
                (ErrorCode::Unavailable, "try again in a moment, or ask for less".to_owned(), "")
            }
            DataError::TableExists { .. } => {
                (ErrorCode::Conflict, "append to it or overwrite it, or choose another name".to_owned(), "mode")
            }
            DataError::VersionNotFound { .. } => (ErrorCode::NotFound, String::new(), "version"),
            DataError::SchemaMismatch { .. } => (
                ErrorCode::UnsuitableData,
                "rename or cast the columns, or overwrite the table to change its schema".to_owned(),
                "",
            ),
            DataError::ConcurrentWrite { .. } => (ErrorCode::Conflict, "try again".to_owned(), ""),
            DataError::DeltaFeature { .. } => (ErrorCode::UnreadableData, String::new(), ""),
            DataError::UnsupportedType { .. } => {
                (ErrorCode::UnsuitableData, "write Parquet or Arrow, or cast the column to text".to_owned(), "")
            }
            DataError::Io { ref source, .. } => (
                match source.kind() {
                    std::io::ErrorKind::PermissionDenied => ErrorCode::Refused,
                    _ => ErrorCode::Storage,
                },
                String::new(),
                "",
            ),
            DataError::Delta { .. } => (ErrorCode::Storage, String::new(), ""),
            DataError::Compute { .. } => (ErrorCode::UnsuitableData, String::new(), ""),
        };
        Self { code, message, hint, field: field.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_column_is_answered_with_the_nearest() {
        let problem: Problem = DataError::ColumnNotFound {
            column: "TotalCharge".to_owned(),
            available: vec!["tenure".to_owned(), "TotalCharges".to_owned()],
        }
        .into();
        assert_eq!(problem.code, ErrorCode::NotFound);
        assert_eq!(problem.hint, "did you mean TotalCharges?");
    }

    #[test]
    fn cancelled_stays_its_own_outcome() {
        assert!(Problem::from(DataError::from(Cancelled)).is_cancelled());
    }

    #[test]
    fn names_are_found_in_messages() {
        assert_eq!(quoted_name("unable to find column \"a b\"; valid"), Some("a b".to_owned()));
        assert_eq!(quoted_name("relation 'x' was not found"), Some("x".to_owned()));
        assert_eq!(quoted_name("nothing"), None);
    }
}
