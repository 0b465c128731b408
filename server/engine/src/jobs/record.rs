//! What is kept of a job.

use jiff::Timestamp;
use mlwright_base::{JobId, Problem, Progress, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Actor;

/// The collection of jobs.
pub(super) const JOBS: &str = "jobs";
/// The collection of the jobs' latest progress.
pub(super) const PROGRESS: &str = "job_progress";

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Trains models.
    Train,
    /// Predicts a whole table.
    BatchPredict,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Written down; its process starts.
    Queued,
    /// Its process works.
    Running,
    /// Done; `result` holds what came out.
    Done,
    /// It ended with an error.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// Its process died before it was done.
    Interrupted,
}

impl JobState {
    /// Whether the job has ended.
    #[must_use]
    pub fn is_ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The state as it is written, e.g. `running`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A piece of long work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    /// Its id.
    pub job_id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// What it works on, e.g. `customers.csv → Churn`.
    pub subject: String,
    /// Where it stands.
    pub state: JobState,
    /// Who started it.
    pub actor: Actor,
    /// When it was asked for (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When its process began (UTC).
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended (UTC).
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// The id of its process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The run that it makes, when it trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Its latest progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Whether somebody asked it to stop.
    #[serde(default)]
    pub cancel_requested: bool,
    /// What came out, when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<serde_json::Value>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
    /// Its input, as the job's own process reads it.
    pub spec: serde_json::Value,
}

impl Job {
    /// The name of the lease that the job's process holds.
    pub(super) fn lease(job_id: &JobId) -> String {
        format!("job/{job_id}")
    }
}
