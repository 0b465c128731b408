//! Everything that can go wrong while learning.

use mlwright_base::{Cancelled, ErrorCode, Problem};

/// Why learning, predicting, saving or loading failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Rows, columns or lengths do not fit together.
    #[error("{0}")]
    Shape(String),
    /// A hyperparameter is out of its range.
    #[error("{parameter} is {found}, expected {expected}")]
    Parameter {
        /// The hyperparameter's name.
        parameter: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The data cannot support this (one class, too few rows, every value missing, …).
    #[error("{message}")]
    UnsuitableData {
        /// What was expected and what was found.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// A column the model needs is missing.
    #[error("column {column:?} is missing")]
    ColumnMissing {
        /// The column's name.
        column: String,
        /// The columns there are.
        available: Vec<String>,
    },
    /// A value cannot be read as the feature's kind.
    #[error("{column}: expected {expected}, found {found}")]
    Value {
        /// The column's name.
        column: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The optimiser did not succeed.
    #[error("{learner}: {message}")]
    Fit {
        /// The learner's name.
        learner: String,
        /// What went wrong.
        message: String,
    },
    /// A model file is damaged or of a version this program does not know.
    #[error("model file: {0}")]
    ModelFile(String),
}

impl From<Cancelled> for LearnError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<LearnError> for Problem {
    fn from(error: LearnError) -> Self {
        let message = error.to_string();
        match error {
            LearnError::Cancelled => Self::from(Cancelled),
            LearnError::Shape(_) => Self::new(ErrorCode::InvalidArgument, message),
            LearnError::Parameter { parameter, .. } => Self::new(ErrorCode::InvalidArgument, message).field(parameter),
            LearnError::UnsuitableData { hint, .. } => Self::new(ErrorCode::UnsuitableData, message).hint(hint),
            LearnError::ColumnMissing { column, available } => Self::new(ErrorCode::InvalidArgument, message)
                .hint(mlwright_base::names::did_you_mean(&column, available.iter().map(String::as_str)))
                .field(column),
            LearnError::Value { column, .. } => Self::new(ErrorCode::InvalidArgument, message).field(column),
            LearnError::Fit { .. } => {
                Self::new(ErrorCode::UnsuitableData, message).hint("leave this learner out, or clean the columns")
            }
            LearnError::ModelFile(_) => {
                Self::new(ErrorCode::UnreadableData, message).hint("train and register the model again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_do_or_where() {
        let text = |text: &str| text.to_owned();
        let cases = [
            (LearnError::Cancelled, ErrorCode::Cancelled, "", ""),
            (LearnError::Shape(text("2 rows, but 3 targets")), ErrorCode::InvalidArgument, "", ""),
            (
                LearnError::Parameter { parameter: text("c"), found: text("-1"), expected: text("above 0") },
                ErrorCode::InvalidArgument,
                "c",
                "",
            ),
            (
                LearnError::UnsuitableData { message: text("one class"), hint: text("add rows") },
                ErrorCode::UnsuitableData,
                "",
                "add rows",
            ),
            (
                LearnError::ColumnMissing { column: text("tenur"), available: vec![text("tenure"), text("plan")] },
                ErrorCode::InvalidArgument,
                "tenur",
                "did you mean tenure?",
            ),
            (
                LearnError::Value { column: text("age"), expected: text("a number"), found: text("the text \"old\"") },
                ErrorCode::InvalidArgument,
                "age",
                "",
            ),
            (
                LearnError::ModelFile(text("truncated")),
                ErrorCode::UnreadableData,
                "",
                "train and register the model again",
            ),
        ];
        for (error, code, field, hint) in cases {
            let message = error.to_string();
            let problem = Problem::from(error);
            assert_eq!((problem.code, problem.field.as_str(), problem.hint.as_str()), (code, field, hint), "{message}");
            assert_eq!(problem.message, message);
        }
    }
}
