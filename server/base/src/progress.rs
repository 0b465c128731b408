//! Progress of long work, as plain data that each surface shows in its own way.

/// One step of progress.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Progress {
    /// Work done so far, in the unit of `total`. Never decreases within one piece of work.
    pub done: f64,
    /// All the work there is; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
    /// What is happening, in a few words.
    pub message: String,
}

impl Progress {
    /// Progress with a known end.
    pub fn of(done: f64, total: f64, message: impl Into<String>) -> Self {
        Self { done, total: Some(total), message: message.into() }
    }

    /// The share done in [0, 1], when the end is known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        self.total.filter(|total| *total > 0.0).map(|total| (self.done / total).clamp(0.0, 1.0))
    }
}

/// Receives progress. Must return quickly: it is called from inside the work.
pub trait ProgressSink: Send + Sync {
    /// Takes one step of progress.
    fn report(&self, progress: Progress);
}

/// Drops every report.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl ProgressSink for NoProgress {
    fn report(&self, _progress: Progress) {}
}

impl<F: Fn(Progress) + Send + Sync> ProgressSink for F {
    fn report(&self, progress: Progress) {
        self(progress);
    }
}
