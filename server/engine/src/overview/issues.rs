//! What somebody should look at, each with what to do.

use super::{EndpointLine, Issue, MonitorLine};
use crate::endpoints::{Endpoint, EndpointState, RunningServer};
use crate::engine::Engine;
use crate::jobs::{Job, JobState};
use crate::model_uri::ModelUri;

/// The most jobs that ended badly that are told of, the newest.
const JOBS_TOLD_MAX: usize = 5;

fn issue(about: String, message: String, hint: impl Into<String>) -> Issue {
    Issue { about, message, hint: hint.into() }
}

/// Of the server process, by its own word.
pub(super) fn of_server(server: Option<&RunningServer>) -> Vec<Issue> {
    let Some(server) = server else { return Vec::new() };
    match server.troubles() {
        Ok(troubles) => {
            let broken = troubles.broken_endpoints.into_iter().map(|name| {
                let message = "the server process cannot answer with its version".to_owned();
                issue(Endpoint::asset(&name), message, "test_model says what is wrong with the version; deploy_endpoint with another one mends it")
            });
            let log = troubles.inference_log.map(|said| issue("server".to_owned(), format!("answers are not recorded: {said}"), "mend what .mlwright/logs/server.log tells, e.g. a full disk"));
            broken.chain(log).collect()
        }
        Err(problem) => vec![issue("server".to_owned(), problem.message, problem.hint)],
    }
}

/// Of one endpoint.
pub(super) fn of_endpoint(engine: &Engine, record: &Endpoint, line: &EndpointLine) -> Vec<Issue> {
    let mut found = Vec::new();
    let mut add = |message: String, hint: String| found.push(issue(Endpoint::asset(&record.name), message, hint));
    if line.state == EndpointState::Down {
        add("it is deployed, but no server process runs".to_owned(), "`mlwright serve` starts the server with every deployed endpoint; so does deploy_endpoint".to_owned());
    }
    let since = record.current.as_ref().map(|serving| serving.since);
    if let Some(failure) = record.last_failure.as_ref().filter(|failure| record.is_wanted() && since.is_none_or(|since| failure.time > since)) {
        add(format!("the last deployment, of {}, failed: {}", failure.model, failure.problem.message), failure.problem.hint.clone());
    }
    if let Some(serving) = &record.current
        && matches!(ModelUri::parse(&serving.asked), Ok(ModelUri::Alias { .. } | ModelUri::Latest { .. }))
    {
        match engine.resolve_model(&serving.asked) {
            Ok(now) if now.uri != serving.model => add(
                format!("it answers with {}, but {} now points at {}", serving.model, serving.asked, now.uri),
                format!("deploy_endpoint {{\"endpoint\": \"{}\", \"model\": \"{}\"}}", record.name, serving.asked),
            ),
            Ok(_) => {}
            Err(problem) => add(format!("{} points at nothing any more: {}", serving.asked, problem.message), "deploy a version by its number".to_owned()),
        }
    }
    found
}

/// Of a monitor's last comparison.
pub(super) fn of_monitor(monitor: &MonitorLine) -> Option<Issue> {
    let about = format!("monitor:{}", monitor.name);
    let call = format!("check_drift {{\"monitor\": \"{}\"}}", monitor.name);
    let Some(check) = &monitor.last_check else {
        return Some(issue(about, "it has never compared anything".to_owned(), call));
    };
    if check.drifted.is_empty() {
        return None;
    }
    let more = check.n_drifted - check.drifted.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("{} of {} columns had drifted when it was asked last: {}{more}", check.n_drifted, check.n_columns, check.drifted.join(", "));
    Some(issue(about, message, format!("{call}; then evaluate_model on labelled new rows, and train again if the score fell")))
}

/// Jobs that ended badly, unless the same work was asked for again since.
pub(super) fn of_jobs(newest_first: &[Job]) -> Vec<Issue> {
    let again = |at: usize| newest_first[..at].iter().any(|later| later.kind == newest_first[at].kind && later.subject == newest_first[at].subject);
    let bad = newest_first.iter().enumerate().filter(|(at, job)| matches!(job.state, JobState::Failed | JobState::Interrupted) && !again(*at));
    bad.take(JOBS_TOLD_MAX)
        .map(|(_, job)| {
            let (message, hint) = match &job.error {
                Some(problem) => (format!("{} failed: {}", job.subject, problem.message), problem.hint.clone()),
                None => (
                    format!("{} was {}: its process ended before the work was done", job.subject, job.state.as_str()),
                    format!("start it again; its log is .mlwright/logs/job-{}.log", job.job_id),
                ),
            };
            issue(format!("job:{}", job.job_id), message, hint)
        })
        .collect()
}
