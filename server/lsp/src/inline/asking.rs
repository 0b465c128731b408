//! The thread that waits for providers. What is cancelled is dropped, with its connection.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use lsp_server::RequestId;
use mlwright_base::CancelToken;
use mlwright_providers::{Bounds, Client, ProviderError};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::prompt::Prompt;
use super::{Permits, Use, Waiting};
use crate::session::Event;

/// How often it is looked whether somebody still wants an answer.
const CANCEL_LOOK: Duration = Duration::from_millis(20);

/// A question, and what its answer is for.
pub(super) struct Job {
    pub(super) id: RequestId,
    pub(super) prompt: Prompt,
    pub(super) used: Use,
    pub(super) bounds: Bounds,
    pub(super) cancel: CancelToken,
    pub(super) permits: Arc<Permits>,
}

enum Work {
    Wait(Duration, Waiting),
    Ask(Job),
}

/// The way to the thread. It ends with the last of these. A document has one question at most, so the queue stays short.
#[derive(Clone)]
pub(super) struct Asker {
    jobs: UnboundedSender<Work>,
}

impl Asker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread, or the network cannot be used.
    pub(super) fn start(events: SyncSender<Event>) -> std::io::Result<Self> {
        let (jobs, received) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = Client::new().map_err(std::io::Error::other)?;
        std::thread::Builder::new()
            .name("lsp-providers".to_owned())
            .spawn(move || runtime.block_on(serve(received, client, events)))?;
        Ok(Self { jobs })
    }

    /// Has a request come back as an event after a pause, unless it is cancelled.
    pub(super) fn wait(&self, pause: Duration, waiting: Waiting) {
        // Without the thread the session is about to end.
        let _ = self.jobs.send(Work::Wait(pause, waiting));
    }

    /// Asks a question; the answer is an event.
    pub(super) fn ask(&self, job: Job) {
        let _ = self.jobs.send(Work::Ask(job));
    }
}

async fn serve(mut jobs: UnboundedReceiver<Work>, client: Client, events: SyncSender<Event>) {
    while let Some(work) = jobs.recv().await {
        match work {
            Work::Wait(pause, waiting) => tokio::spawn(wait(pause, waiting, events.clone())),
            Work::Ask(job) => tokio::spawn(answer(job, client.clone(), events.clone())),
        };
    }
}

async fn wait(pause: Duration, waiting: Waiting, events: SyncSender<Event>) {
    tokio::time::sleep(pause).await;
    if !waiting.cancel.is_cancelled() {
        // A session that has ended wants no answers.
        let _ = events.send(Event::InlineDue(Box::new(waiting)));
    }
}

async fn answer(job: Job, client: Client, events: SyncSender<Event>) {
    let outcome = tokio::select! {
        // Who cancels has answered.
        () = cancelled(&job.cancel) => return,
        outcome = ask(&job, &client) => outcome,
    };
    let suggestion = match outcome {
        Ok(answer) => job.prompt.suggestion(&answer),
        Err(error) => {
            if error.is_lasting() {
                job.permits.rest(&job.used);
            }
            // A session that has ended wants no answers.
            let _ = events.send(Event::InlineFailed(error));
            Value::Null
        }
    };
    let _ = events.send(Event::Answered { id: job.id, outcome: Ok(suggestion.to_string()) });
}

async fn ask(job: &Job, client: &Client) -> Result<String, ProviderError> {
    let provider = job.used.settings.provider(&job.used.name)?;
    client.ask(&provider, job.prompt.question(), job.bounds).await
}

async fn cancelled(cancel: &CancelToken) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(CANCEL_LOOK).await;
    }
}
