//! Everything that can go wrong while exploring.

use mlwright_base::{Cancelled, ErrorCode, Problem};

/// Why a profile, a chart or a comparison could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExploreError {
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A named column is not in the table.
    #[error("column {column:?} is not in the table")]
    ColumnNotFound {
        /// The argument that named it (`target`, `x`, …).
        field: String,
        /// The name asked for.
        column: String,
        /// The columns there are.
        available: Vec<String>,
    },
    /// A column holds the wrong kind of values for what was asked.
    #[error("{field} must be {expected}, and column {column:?} is {found}")]
    ColumnKind {
        /// The argument that named it.
        field: String,
        /// The column's name.
        column: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// An argument that this kind of chart needs was not given.
    #[error("{field} is missing: {expected}")]
    ArgumentMissing {
        /// The argument's name.
        field: String,
        /// What was expected.
        expected: String,
    },
    /// An argument that this kind of chart does nothing with was given.
    #[error("{field} is not used by a {chart} chart")]
    ArgumentNotUsed {
        /// The argument's name.
        field: String,
        /// The kind of chart.
        chart: String,
    },
    /// There is nothing to measure or draw.
    #[error("{message}")]
    NothingToShow {
        /// What was expected and what was found.
        message: String,
    },
    /// The schema does not describe the table's columns.
    #[error("column {column:?} has no entry in the schema")]
    SchemaMismatch {
        /// The column's name.
        column: String,
    },
    /// A column's values could not be read out of the table.
    #[error("column {column:?} could not be read: {message}")]
    Unreadable {
        /// The column's name.
        column: String,
        /// What polars said.
        message: String,
    },
}

impl From<Cancelled> for ExploreError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<ExploreError> for Problem {
    fn from(error: ExploreError) -> Self {
        let message = error.to_string();
        match error {
            ExploreError::Cancelled => Self::from(Cancelled),
            ExploreError::ColumnNotFound { field, column, available } => Self::new(ErrorCode::NotFound, message)
                .hint(mlwright_base::names::did_you_mean(&column, available.iter().map(String::as_str)))
                .field(field),
            ExploreError::ColumnKind { field, expected, .. } => Self::new(ErrorCode::InvalidArgument, message)
                .hint(format!("choose a column that is {expected}, or another kind of chart"))
                .field(field),
            ExploreError::ArgumentMissing { field, .. } => Self::new(ErrorCode::InvalidArgument, message).field(field),
            ExploreError::ArgumentNotUsed { field, .. } => Self::new(ErrorCode::InvalidArgument, message)
                .hint(format!("leave {field} out, or choose another kind of chart"))
                .field(field),
            ExploreError::NothingToShow { .. } => Self::new(ErrorCode::UnsuitableData, message),
            ExploreError::SchemaMismatch { .. } => Self::new(ErrorCode::Internal, message),
            ExploreError::Unreadable { column, .. } => Self::new(ErrorCode::UnreadableData, message).field(column),
        }
    }
}
