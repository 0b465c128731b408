//! The shape every failure has at the operation boundary: a stable code, a message, a hint.

use crate::cancel::Cancelled;

/// A stable code that a caller can branch on. Each crate's error enum maps its variants to these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// An argument is missing, of the wrong type, or out of range.
    InvalidArgument,
    /// A table, column, run, model, endpoint, job or monitor of that name does not exist.
    NotFound,
    /// The name is taken, or the record is not in a state that allows this.
    Conflict,
    /// The data cannot support what was asked (one class, no rows, all missing, …).
    UnsuitableData,
    /// The file or text is not in a form that can be read.
    UnreadableData,
    /// Outside the workspace's roots, or not allowed by policy.
    Refused,
    /// A model version did not reach what the gate asks.
    GateRefused,
    /// A destructive operation was not confirmed.
    ConfirmationNeeded,
    /// A limit on rows, bytes, time or memory was reached.
    LimitExceeded,
    /// The caller cancelled the work.
    Cancelled,
    /// Another process is in the way (a lock, a port), or the server does not answer.
    Unavailable,
    /// The disk, the database or the operating system failed.
    Storage,
    /// An invariant of mlwright does not hold: a defect to report.
    Internal,
}

impl ErrorCode {
    /// The code as it is written in answers, e.g. `not_found`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::UnsuitableData => "unsuitable_data",
            Self::UnreadableData => "unreadable_data",
            Self::Refused => "refused",
            Self::GateRefused => "gate_refused",
            Self::ConfirmationNeeded => "confirmation_needed",
            Self::LimitExceeded => "limit_exceeded",
            Self::Cancelled => "cancelled",
            Self::Unavailable => "unavailable",
            Self::Storage => "storage",
            Self::Internal => "internal",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure as a user sees it: what went wrong, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[error("{message}")]
pub struct Problem {
    /// Stable code to branch on.
    pub code: ErrorCode,
    /// What was expected and what was found: lower case, no full stop.
    pub message: String,
    /// What to do next; empty when there is nothing to add to the message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The argument at fault (`target`, `rows[0].age`), when there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
}

impl Problem {
    /// A problem without hint or field.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: String::new(), field: String::new() }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Names the argument at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    /// Whether this is the outcome "cancelled" rather than a failure.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.code == ErrorCode::Cancelled
    }
}

impl From<Cancelled> for Problem {
    fn from(_: Cancelled) -> Self {
        Self::new(ErrorCode::Cancelled, "cancelled")
    }
}
