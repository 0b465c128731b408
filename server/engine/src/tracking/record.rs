//! What is kept of a run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mlwright_base::{ExperimentId, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a run stands, in MLflow's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunStatus {
    /// The job works on it.
    Running,
    /// Done; its model is complete.
    Finished,
    /// It ended with an error.
    Failed,
    /// It was cancelled or its process died.
    Killed,
}

impl RunStatus {
    /// The status as it is written in filters, e.g. `FINISHED`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Killed => "KILLED",
        }
    }
}

/// The data a run learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunData {
    /// The table as it was named by the caller.
    pub table: String,
    /// For a managed table, the version that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// SHA-256 of the table's content, as hexadecimal digits.
    pub fingerprint: String,
    /// Rows read.
    pub n_rows: usize,
    /// The columns used, with their semantic types.
    pub schema: Vec<ColumnUse>,
    /// Rows held out for the test.
    pub n_test_rows: usize,
    /// How the test rows were chosen.
    pub split: String,
    /// The file with the held-out rows, among the run's artifacts.
    pub test_rows_artifact: String,
}

/// How a run used a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnUse {
    /// The column's name.
    pub name: String,
    /// Its semantic type.
    pub semantic: String,
    /// `feature`, `target` or `excluded`.
    pub role: String,
    /// Why it was excluded; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A value of a metric at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricPoint {
    /// The metric's name.
    pub key: String,
    /// Its value.
    pub value: f64,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// Fold, epoch or candidate number.
    pub step: i64,
}

/// A run: what was done, with what, and what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Its id.
    pub run_id: RunId,
    /// The experiment it belongs to, by id.
    pub experiment_id: ExperimentId,
    /// The experiment's name.
    pub experiment: String,
    /// A name for people.
    pub run_name: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Who started it.
    pub user: String,
    /// When it started (UTC).
    #[schemars(with = "String")]
    pub start_time: Timestamp,
    /// When it ended (UTC).
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// The job that made it.
    pub job_id: String,
    /// Parameters as text.
    pub params: BTreeMap<String, String>,
    /// The last value of each metric; test metrics are named `test_…`, cross-validated ones `cv_…`.
    pub metrics: BTreeMap<String, f64>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The data it learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<RunData>,
    /// Files of the run, relative to its artifact folder.
    pub artifacts: Vec<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A run as a listing reads it: without the data that it learned from, which is most of its record and
/// takes most of the time to read.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Listed(#[serde(with = "WithoutData")] pub(crate) Run);

#[derive(Deserialize)]
#[serde(remote = "Run")]
struct WithoutData {
    run_id: RunId,
    experiment_id: ExperimentId,
    experiment: String,
    run_name: String,
    status: RunStatus,
    user: String,
    start_time: Timestamp,
    #[serde(default)]
    end_time: Option<Timestamp>,
    job_id: String,
    params: BTreeMap<String, String>,
    metrics: BTreeMap<String, f64>,
    tags: BTreeMap<String, String>,
    #[serde(skip)]
    data: Option<RunData>,
    artifacts: Vec<String>,
    #[serde(default)]
    error: Option<String>,
}

/// The collection of runs; a run's parent is its experiment's id.
pub(crate) const RUNS: &str = "runs";
/// The collection of experiments; the key is the name.
pub(crate) const EXPERIMENTS: &str = "experiments";
/// The streams of metric history: `metrics/RUN_ID`, keyed by the metric's name.
pub(crate) const METRICS: &str = "metrics";

/// A group of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Experiment {
    /// Its id.
    pub experiment_id: ExperimentId,
    /// Its name.
    pub name: String,
    /// When it was made (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
}

impl Run {
    /// The folder of the run's files below the workspace's artifacts.
    #[must_use]
    pub fn artifact_folder(run_id: &RunId) -> String {
        format!("runs/{run_id}")
    }
}
