//! Progress of one command as `$/progress`: under the client's token, or under one that the client is asked to show once
//! there is something to show.

use std::sync::Mutex;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use lsp_types::ProgressToken;
use mlwright_base::{Progress, ProgressSink};
use serde_json::{Value, json};

use super::RunningId;
use crate::client::{Client, Purpose};
use crate::session::Event;
use crate::source::lock;

/// The least time between two reports of one command.
const INTERVAL: Duration = Duration::from_millis(200);

/// Takes progress from the work.
pub(super) struct Reporter {
    id: RunningId,
    events: SyncSender<Event>,
    last: Mutex<Option<Instant>>,
}

impl Reporter {
    pub(super) fn new(id: RunningId, events: SyncSender<Event>) -> Self {
        Self { id, events, last: Mutex::new(None) }
    }
}

impl ProgressSink for Reporter {
    fn report(&self, progress: Progress) {
        let mut last = lock(&self.last);
        if last.is_none_or(|last| last.elapsed() >= INTERVAL) {
            *last = Some(Instant::now());
            // What the session has no room for is left out: more will come.
            let _ = self.events.try_send(Event::Progress { id: self.id, progress });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was reported yet.
    Silent,
    /// The client was asked to show it.
    Asked,
    /// It has begun.
    Begun,
    /// The client does not show it.
    Refused,
}

/// What the client shows of a command's progress.
pub(super) struct Shown {
    id: RunningId,
    title: &'static str,
    token: ProgressToken,
    is_clients: bool,
    state: State,
    /// Never goes back.
    percentage: u32,
    last: Option<Progress>,
}

impl Shown {
    pub(super) fn new(id: RunningId, title: &'static str, token: Option<ProgressToken>) -> Self {
        let is_clients = token.is_some();
        let token = token.unwrap_or_else(|| ProgressToken::String(format!("mlwright/{id}")));
        Self { id, title, token, is_clients, state: State::Silent, percentage: 0, last: None }
    }

    pub(super) fn is(&self, token: &ProgressToken) -> bool {
        self.token == *token
    }

    pub(super) fn report(&mut self, progress: Progress, is_shown: bool, client: &mut Client) {
        self.percentage = self.percentage.max(progress.fraction().map_or(0, |fraction| (fraction * 100.0) as u32));
        self.last = Some(progress);
        match self.state {
            State::Silent if self.is_clients => self.begin(client),
            State::Silent if is_shown => {
                self.state = State::Asked;
                client.ask(
                    "window/workDoneProgress/create",
                    json!({ "token": self.token }),
                    Purpose::ShowProgress(self.id),
                );
            }
            State::Silent => self.state = State::Refused,
            State::Begun => self.tell(client, "report"),
            State::Asked | State::Refused => {}
        }
    }

    pub(super) fn created(&mut self, is_shown: bool, client: &Client) {
        if is_shown { self.begin(client) } else { self.state = State::Refused }
    }

    /// A token that was begun is ended, and one of the client's always.
    pub(super) fn end(&self, client: &Client) {
        if self.is_clients && self.state == State::Silent {
            client.notify(
                "$/progress",
                json!({ "token": self.token, "value": { "kind": "begin", "title": self.title } }),
            );
        }
        if self.state == State::Begun || self.is_clients {
            client.notify("$/progress", json!({ "token": self.token, "value": { "kind": "end" } }));
        }
    }

    fn begin(&mut self, client: &Client) {
        self.state = State::Begun;
        self.tell(client, "begin");
    }

    fn tell(&self, client: &Client, kind: &str) {
        let mut value = json!({ "kind": kind, "cancellable": true });
        if kind == "begin" {
            value["title"] = json!(self.title);
        }
        if let Some(progress) = &self.last {
            if progress.fraction().is_some() {
                value["percentage"] = json!(self.percentage);
            }
            value["message"] = if progress.message.is_empty() { Value::Null } else { json!(progress.message) };
        }
        client.notify("$/progress", json!({ "token": self.token, "value": value }));
    }
}
