//! Operations on jobs.

use mlwright_base::limits::PAGE_DEFAULT;
use mlwright_base::{JobId, Problem};
use mlwright_engine::jobs::{Job, JobKind, JobState};
use mlwright_engine::train::TrainResult;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Context, Effect, Operation, Stage};
use crate::platform::page_limit;
use crate::summary::{Summary, table};

/// Says where a job (training, batch prediction) stands, and its result once done; waits up to
/// `wait_seconds`. Call it when an operation answered with a job id, not that operation again.
#[derive(JsonSchema)]
pub struct GetJob;

/// Input of `get_job`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetJobInput {
    /// The job's id.
    job_id: String,
    /// Seconds to wait for its end (0).
    wait_seconds: Option<u64>,
}

impl Operation for GetJob {
    const NAME: &'static str = "get_job";
    const TITLE: &'static str = "Follow a job";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Train;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"job_id": "019ab6d0c0de7000800000000000beef", "wait_seconds": 60}"#;
    type Input = GetJobInput;
    type Output = Job;

    fn run(cx: Context<'_>, input: GetJobInput) -> Result<Job, Problem> {
        let job_id = JobId::new(input.job_id);
        match input.wait_seconds.unwrap_or(0) {
            0 => cx.engine.job(&job_id),
            seconds => cx.engine.follow_job(cx.call, &job_id, seconds),
        }
    }
}

impl Summary for Job {
    fn summary(&self) -> String {
        let id = &self.job_id;
        match self.state {
            JobState::Queued | JobState::Running => {
                let progress = self.progress.as_ref().map(|progress| {
                    let share = progress.fraction().map_or_else(String::new, |share| format!("{:.0} %, ", share * 100.0));
                    format!(": {share}{}", progress.message)
                });
                let ending = if self.end_requested { ", and keeps the best so far" } else { "" };
                format!(
                    "{} is {}{ending}{}. Ask again with get_job {{\"job_id\": \"{id}\", \"wait_seconds\": 60}}.",
                    self.subject,
                    self.state.as_str(),
                    progress.unwrap_or_default()
                )
            }
            JobState::Done => match (self.kind, self.result.clone()) {
                (JobKind::Train, Some(result)) => serde_json::from_value::<TrainResult>(result)
                    .map_or_else(|_| format!("{} is done.", self.subject), |result| super::result_summary(&result)),
                (_, result) => {
                    format!("{} is done: {}", self.subject, result.unwrap_or_default())
                }
            },
            state => ended(self, state),
        }
    }
}

/// How a job ended that was not done.
pub(crate) fn ended(job: &Job, state: JobState) -> String {
    match state {
        JobState::Failed => {
            let problem = job.error.as_ref().map_or_else(String::new, |problem| format!(": {} {}", problem.message, problem.hint));
            format!("{} failed{problem}", job.subject)
        }
        JobState::Interrupted => {
            format!("{} was interrupted: its process died. Start it again; its log is .mlwright/logs/job-{}.log.{}", job.subject, job.job_id, kept(job))
        }
        _ => format!("{} was {}.{}", job.subject, state.as_str(), kept(job)),
    }
}

/// What stays of a training that did not come to its end.
fn kept(job: &Job) -> &'static str {
    if job.kind != JobKind::Train {
        return "";
    }
    " Candidates that were tried are kept for a week: the same train call goes on with them, and with budget_seconds 0 it ends with the best of them."
}

/// Stops a job. To stop an endpoint use stop_endpoint.
#[derive(JsonSchema)]
pub struct CancelJob;

/// Input of `cancel_job`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelJobInput {
    /// The job's id.
    job_id: String,
    /// End a training's search, keep the best so far.
    keep_best: Option<bool>,
}

impl Operation for CancelJob {
    const NAME: &'static str = "cancel_job";
    const TITLE: &'static str = "Cancel a job";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Train;
    const EXAMPLE: &'static str = r#"{"job_id": "019ab6d0c0de7000800000000000beef"}"#;
    type Input = CancelJobInput;
    type Output = Job;

    fn run(cx: Context<'_>, input: CancelJobInput) -> Result<Job, Problem> {
        let job_id = JobId::new(input.job_id);
        if input.keep_best == Some(true) { cx.engine.end_search(&job_id) } else { cx.engine.cancel_job(&job_id) }
    }
}

/// Lists the newest jobs and where they stand, when an id was lost. For finished trainings use
/// list_runs.
#[derive(JsonSchema)]
pub struct ListJobs;

/// Input of `list_jobs`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListJobsInput {
    /// Most jobs, 1 to 1000 (50).
    limit: Option<usize>,
}

/// Output of `list_jobs`.
#[derive(Serialize, JsonSchema)]
pub struct ListJobsOutput {
    /// The jobs, the newest first, without their inputs and results.
    jobs: Vec<JobLine>,
}

/// A job in a list.
#[derive(Serialize, JsonSchema)]
struct JobLine {
    job_id: JobId,
    kind: JobKind,
    subject: String,
    state: JobState,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<String>,
}

impl Operation for ListJobs {
    const NAME: &'static str = "list_jobs";
    const TITLE: &'static str = "List jobs";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Train;
    const EXAMPLE: &'static str = r#"{"limit": 10}"#;
    type Input = ListJobsInput;
    type Output = ListJobsOutput;

    fn run(cx: Context<'_>, input: ListJobsInput) -> Result<ListJobsOutput, Problem> {
        let jobs = cx.engine.list_jobs(page_limit(input.limit.or(Some(PAGE_DEFAULT)))?)?;
        let line = |job: Job| JobLine {
            job_id: job.job_id,
            kind: job.kind,
            subject: job.subject,
            state: job.state,
            created: job.created.to_string(),
            progress: job.progress.filter(|_| !job.state.is_ended()).map(|progress| progress.message),
        };
        Ok(ListJobsOutput { jobs: jobs.into_iter().map(line).collect() })
    }
}

impl Summary for ListJobsOutput {
    fn summary(&self) -> String {
        if self.jobs.is_empty() {
            return "There are no jobs yet; train starts one.".to_owned();
        }
        let rows: Vec<Vec<String>> = self
            .jobs
            .iter()
            .map(|job| vec![job.job_id.to_string(), job.subject.clone(), job.state.as_str().to_owned(), job.created.clone()])
            .collect();
        table(&["job_id", "what", "state", "created"], &rows)
    }
}
