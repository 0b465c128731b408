//! What long work is handed beside its input.

use mlwright_base::{CancelToken, NoProgress, ProgressSink};

/// The caller's wish to stop, and where progress goes.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Looked at at least once per column.
    pub cancel: &'a CancelToken,
    /// Told about each column.
    pub progress: &'a dyn ProgressSink,
}

impl<'a> Context<'a> {
    /// A context with both.
    #[must_use]
    pub fn new(cancel: &'a CancelToken, progress: &'a dyn ProgressSink) -> Self {
        Self { cancel, progress }
    }

    /// A context that reports no progress.
    #[must_use]
    pub fn quiet(cancel: &'a CancelToken) -> Self {
        Self { cancel, progress: &NoProgress }
    }
}
