//! Jobs as tasks (the tasks extension, SEP-2663): a task is a job by another name, so it outlives
//! the server that started it, and every surface sees the same work.

use mlwright_base::{JobId, Problem};
use mlwright_engine::jobs::{Job, JobState};
use mlwright_operations::{Answer, finished};
use rmcp::model::{CancelTaskParams, CreateTaskResult, DetailedTask, ErrorData, GetTaskParams, GetTaskResult, Task, TaskPayload, TaskStatus};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, model::JsonObject};
use serde_json::{Value, json};

use crate::calls::Calls;
use crate::server::invalid_params;
use crate::{answer, views};

/// How often a client should look.
const POLL_INTERVAL_MS: u64 = 1_000;

/// Whether the client of a request takes a task for an answer.
pub(crate) fn are_taken(context: &RequestContext<RoleServer>) -> bool {
    context.client_capabilities().is_some_and(|capabilities| capabilities.supports_tasks())
}

/// The task that goes on after an answer, when the answer is that a job does.
pub(crate) fn of_answer(answer: &Answer) -> Option<CreateTaskResult> {
    let job: Job = serde_json::from_value(answer.structured.get("job")?.clone()).ok()?;
    (!job.state.is_ended()).then(|| CreateTaskResult::new(task(&job)))
}

/// `tasks/get`.
///
/// # Errors
/// The protocol's invalid params for a task that there is none of.
pub(crate) async fn get(calls: &Calls, request: GetTaskParams, context: &RequestContext<RoleServer>) -> Result<GetTaskResult, ErrorData> {
    let (job_id, shown) = (JobId::new(request.task_id), views::are_shown(context));
    let detailed = calls.blocking(context, move |engine, _| {
        let job = engine.job(&job_id)?;
        let task = task(&job);
        let payload = match job.state {
            JobState::Queued | JobState::Running => TaskPayload::Working,
            JobState::Cancelled => TaskPayload::Cancelled,
            // What went wrong is an answer that a model can read, as it is without tasks.
            JobState::Done | JobState::Failed | JobState::Interrupted => {
                let (operation, outcome) = finished(engine, job);
                TaskPayload::Completed { result: object(serde_json::to_value(views::result(operation, outcome, answer::Detail::Brief, shown)).unwrap_or_default()) }
            }
        };
        Ok(DetailedTask::new(task, payload))
    });
    detailed.await.map(GetTaskResult::new).map_err(|problem| invalid_params(&problem))
}

/// `tasks/cancel`, as the operation `cancel_job`.
///
/// # Errors
/// The protocol's invalid params for a task that there is none of, or that may not be cancelled.
pub(crate) async fn cancel(calls: &Calls, request: CancelTaskParams, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
    let cancelled = async {
        let operation = mlwright_operations::find("cancel_job")?;
        calls.run(operation, json!({ "job_id": request.task_id }), context).await
    };
    cancelled.await.map(|_| ()).map_err(|problem: Problem| invalid_params(&problem))
}

fn task(job: &Job) -> Task {
    let status = match job.state {
        JobState::Queued | JobState::Running => TaskStatus::Working,
        JobState::Cancelled => TaskStatus::Cancelled,
        JobState::Done | JobState::Failed | JobState::Interrupted => TaskStatus::Completed,
    };
    let changed = job.ended.or(job.started).unwrap_or(job.created);
    let message = match &job.progress {
        Some(progress) if !job.state.is_ended() && !progress.message.is_empty() => format!("{}: {}", job.subject, progress.message),
        _ => format!("{}: {}", job.subject, job.state.as_str()),
    };
    Task::new(job.job_id.as_str(), status, job.created.to_string(), changed.to_string())
        .with_status_message(message)
        .with_poll_interval_ms(POLL_INTERVAL_MS)
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        _ => JsonObject::default(),
    }
}
