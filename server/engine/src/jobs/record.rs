//! What is kept of a job.

use jiff::Timestamp;
use mlwright_base::{ErrorCode, JobId, Problem, Progress, RunId};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
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
    /// Whether somebody asked it, a training, to end its search and keep the best so far.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_requested: bool,
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
    /// What came out for who waited for it; nothing while the job works.
    ///
    /// # Errors
    /// The job's own error, [`ErrorCode::Cancelled`] when it was cancelled, [`ErrorCode::Unavailable`]
    /// when its process died, and [`ErrorCode::Internal`] when the result is not of the kind expected.
    pub(crate) fn outcome<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        if let Some(problem) = &self.error {
            return Err(problem.clone());
        }
        let job_id = &self.job_id;
        match self.state {
            JobState::Cancelled => Err(Problem::new(ErrorCode::Cancelled, format!("the job {job_id} was cancelled"))),
            JobState::Interrupted => Err(Problem::new(ErrorCode::Unavailable, format!("the process of the job {job_id} ended before its work was done"))
                .hint(format!("run it again; its log is .mlwright/logs/job-{job_id}.log (a machine short of memory ends processes)"))),
            JobState::Queued | JobState::Running | JobState::Done | JobState::Failed => self
                .result
                .clone()
                .map(serde_json::from_value)
                .transpose()
                .map_err(|error| Problem::new(ErrorCode::Internal, format!("the job's result cannot be read: {error}"))),
        }
    }

    /// Whether it does this work: the same input but for the run that it makes.
    pub(super) fn does(&self, kind: JobKind, spec: &serde_json::Value) -> bool {
        let without_run = |spec: &serde_json::Value| {
            let mut spec = spec.clone();
            spec.as_object_mut().map(|fields| fields.remove("run_id"));
            spec
        };
        self.kind == kind && without_run(&self.spec) == without_run(spec)
    }

    /// The job for an answer that holds its result beside it.
    pub(crate) fn without_result(self) -> Self {
        Self { result: None, ..self }
    }

    /// The name of the lease that the job's process holds.
    pub(super) fn lease(job_id: &JobId) -> String {
        format!("job/{job_id}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::Surface;

    fn job(state: JobState) -> Job {
        Job {
            job_id: JobId::new("j1"),
            kind: JobKind::Train,
            subject: "t.csv → y".into(),
            state,
            actor: Actor { name: "ada".into(), surface: Surface::Cli },
            created: Timestamp::UNIX_EPOCH,
            started: None,
            ended: None,
            pid: None,
            run_id: None,
            progress: None,
            cancel_requested: false,
            end_requested: false,
            result: None,
            error: None,
            spec: json!({}),
        }
    }

    #[test]
    fn a_job_that_ended_badly_is_no_success_for_who_waited() {
        let problem = job(JobState::Cancelled).outcome::<u64>().unwrap_err();
        assert!(problem.is_cancelled(), "{problem:?}");
        let problem = job(JobState::Interrupted).outcome::<u64>().unwrap_err();
        assert_eq!(problem.code, ErrorCode::Unavailable);
        assert!(problem.message.contains("j1") && problem.hint.contains(".mlwright/logs/job-j1.log"), "{problem:?}");
        let own = Problem::new(ErrorCode::UnsuitableData, "one class");
        let failed = Job { error: Some(own.clone()), ..job(JobState::Failed) };
        assert_eq!(failed.outcome::<u64>(), Err(own));
        let odd = Job { result: Some(json!("x")), ..job(JobState::Done) };
        assert_eq!(odd.outcome::<u64>().unwrap_err().code, ErrorCode::Internal);
    }

    #[test]
    fn the_same_work_is_known_by_its_input() {
        let train = |spec: serde_json::Value| Job { spec, ..job(JobState::Running) };
        let spec = json!({ "run_id": "r2", "table": "t.csv", "seed": 42 });
        assert!(train(json!({ "run_id": "r1", "table": "t.csv", "seed": 42 })).does(JobKind::Train, &spec));
        assert!(!train(json!({ "run_id": "r1", "table": "t.csv", "seed": 43 })).does(JobKind::Train, &spec));
        assert!(!train(json!({ "table": "t.csv", "seed": 42 })).does(JobKind::BatchPredict, &spec));
    }

    #[test]
    fn a_job_that_works_has_no_outcome_yet() {
        assert_eq!(job(JobState::Queued).outcome::<u64>(), Ok(None));
        assert_eq!(job(JobState::Running).outcome::<u64>(), Ok(None));
        assert_eq!(Job { result: Some(json!(7)), ..job(JobState::Done) }.outcome::<u64>(), Ok(Some(7)));
    }
}
