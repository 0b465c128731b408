//! The thread that owns the session. It takes one event after the other and never waits for anything else.

mod lifecycle;
mod notifications;
#[cfg(test)]
mod tests;

use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Request, RequestId, Response, ResponseError};
use mlwright_base::system::process::{Identity, Standing};
use mlwright_base::{ErrorCode as Code, Problem, Progress};
use mlwright_operations::Answer;
use mlwright_providers::ProviderError;
use serde_json::json;

use crate::capabilities::Profile;
use crate::client::{Client, Purpose};
use crate::commands::{self, Commands, RunningId};
use crate::diagnostics::{self, Due, Found};
use crate::documents::{Documents, Snapshot};
use crate::inline::{self, Inline, Wanted};
use crate::requests::{self, Pending};
use crate::source::{Workspaces, World};
use crate::transport::{self, Incoming};
use crate::watch::{self, Stamps};
use crate::workers::{Urgency, Workers};

/// Events that wait to be taken; who has more to say waits.
const EVENTS_MAX: usize = 4_096;
/// How often it is looked whether the client still runs, and whether files changed where the client does not tell.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// How long changes are gathered before the client is told to fetch again.
const REFRESH_PAUSE: Duration = Duration::from_millis(100);
/// How long the last messages may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a session is started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The folder to work in when the client opens none.
    pub directory: PathBuf,
    /// The user's name, for the audit.
    pub user: String,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The client asked for it in the protocol's order.
    Orderly,
    /// The client left, or asked out of order.
    Abrupt,
}

/// Something that the session's thread has to deal with.
#[derive(Debug)]
pub(crate) enum Event {
    Incoming(Incoming),
    /// A worker has the answer to a request, as JSON.
    Answered {
        id: RequestId,
        outcome: Result<String, ResponseError>,
    },
    /// A worker knows what is wrong in a document.
    Diagnosed {
        snapshot: Arc<Snapshot>,
        found: Found,
    },
    /// A command tells how far it is.
    Progress {
        id: RunningId,
        progress: Progress,
    },
    /// A command is over.
    CommandEnded {
        id: RunningId,
        outcome: Box<Result<Answer, Problem>>,
    },
    /// Files that open documents depend on have changed.
    FilesChanged(Vec<String>),
    /// What settings say of inline completion.
    InlineSettings(Vec<Wanted>),
    /// Typing has paused since inline completion was asked for.
    InlineDue(Box<inline::Waiting>),
    /// A provider gave no answer.
    InlineFailed(ProviderError),
}

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Uninitialized,
    Running,
    ShutDown,
}

/// One client's session.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) profile: Arc<Profile>,
    pub(crate) documents: Documents,
    pub(crate) world: Arc<World>,
    pub(crate) workers: Workers,
    pub(crate) pending: Pending,
    pub(crate) due: Due,
    pub(crate) commands: Commands,
    pub(crate) stamps: Stamps,
    pub(crate) inline: Inline,
    pub(crate) events: SyncSender<Event>,
    pub(crate) user: String,
    phase: Phase,
    /// The client's process.
    parent: Option<Identity>,
    refresh_at: Option<Instant>,
    look_at: Instant,
}

/// Serves one client on a pair of pipes until it ends the session or leaves.
///
/// # Errors
/// [`Code::Unavailable`] when the system gives no threads.
pub fn serve(
    start: Start,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> Result<Ended, Problem> {
    let failed = |error: std::io::Error| Problem::new(Code::Unavailable, format!("no thread can be started: {error}"));
    let (events, received) = sync_channel(EVENTS_MAX);
    let (messages, to_write) = channel();
    let unwritten = Arc::new(AtomicUsize::new(0));
    let reading = events.clone();
    std::thread::Builder::new()
        .name("lsp-reader".to_owned())
        .spawn(move || transport::read(BufReader::new(input), &reading))
        .map_err(failed)?;
    let (all_written, written) = channel::<()>();
    let counted = unwritten.clone();
    let writer = move || {
        transport::write(output, &to_write, || {
            counted.fetch_sub(1, Ordering::AcqRel);
        });
        drop(all_written);
    };
    std::thread::Builder::new().name("lsp-writer".to_owned()).spawn(writer).map_err(failed)?;
    let world = World::new(Workspaces::new(start.directory));
    let mut session = Session {
        client: Client::new(messages, unwritten),
        profile: Arc::default(),
        documents: Documents::default(),
        world: Arc::new(world),
        workers: Workers::start().map_err(failed)?,
        pending: Pending::default(),
        due: Due::default(),
        commands: Commands::default(),
        stamps: Stamps::default(),
        inline: Inline::default(),
        events,
        user: start.user,
        phase: Phase::Uninitialized,
        parent: None,
        refresh_at: None,
        look_at: Instant::now() + LOOK_INTERVAL,
    };
    let ended = session.run(&received);
    drop(session);
    let _ = written.recv_timeout(LAST_WORDS);
    Ok(ended)
}

impl Session {
    fn run(&mut self, events: &Receiver<Event>) -> Ended {
        loop {
            let wait = self.next_due().saturating_duration_since(Instant::now());
            match events.recv_timeout(wait) {
                Ok(event) => {
                    if let Some(ended) = self.take(event) {
                        return ended;
                    }
                    let outlived = self.documents.take_outlived();
                    if !outlived.is_empty() {
                        self.workers.add(Urgency::Unnoticed, move || drop(outlived));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ended::Abrupt,
            }
            if self.is_left() {
                return Ended::Abrupt;
            }
        }
    }

    fn next_due(&self) -> Instant {
        [Some(self.look_at), self.due.next(), self.refresh_at].into_iter().flatten().min().unwrap_or(self.look_at)
    }

    /// Does what is due by now; whether the client is gone.
    fn is_left(&mut self) -> bool {
        let now = Instant::now();
        diagnostics::run_due(self, now);
        if self.refresh_at.is_some_and(|at| at <= now) {
            self.refresh_at = None;
            self.refresh();
        }
        if self.look_at > now {
            return false;
        }
        self.look_at = now + LOOK_INTERVAL;
        if self.phase == Phase::Running && !self.profile.watches_files {
            watch::look(self);
        }
        self.client.is_gone() || self.parent.as_ref().is_some_and(|parent| parent.standing() == Standing::Gone)
    }

    fn take(&mut self, event: Event) -> Option<Ended> {
        match event {
            Event::Incoming(Incoming::Message(Message::Request(request))) => self.request(request),
            Event::Incoming(Incoming::Message(Message::Response(response))) => self.response(response),
            Event::Incoming(Incoming::Message(Message::Notification(notification))) => {
                if notification.method == "exit" {
                    return Some(if self.phase == Phase::ShutDown { Ended::Orderly } else { Ended::Abrupt });
                }
                if self.phase == Phase::Running {
                    notifications::take(self, notification);
                }
            }
            Event::Incoming(Incoming::Malformed { id, code, message }) => match id {
                Some(id) => self.client.refuse(id, code, message),
                None => tracing::warn!(message, "the client sent what is no message"),
            },
            Event::Incoming(Incoming::End) => {
                return Some(if self.phase == Phase::ShutDown { Ended::Orderly } else { Ended::Abrupt });
            }
            Event::Answered { id, outcome } => {
                if self.pending.take(&id) {
                    self.client.answer_written(id, outcome);
                }
            }
            Event::Diagnosed { snapshot, found } => diagnostics::found(self, &snapshot, found),
            Event::Progress { id, progress } => commands::progressed(self, id, progress),
            Event::CommandEnded { id, outcome } => commands::ended(self, id, *outcome),
            Event::FilesChanged(paths) => watch::changed(self, &paths),
            Event::InlineSettings(wanted) => inline::looked(self, wanted),
            Event::InlineDue(waiting) => inline::due(self, *waiting),
            Event::InlineFailed(error) => inline::failed(self, error),
        }
        None
    }

    fn request(&mut self, request: Request) {
        match (self.phase, request.method.as_str()) {
            (Phase::Uninitialized, "initialize") => lifecycle::initialize(self, request),
            (Phase::Uninitialized, _) => {
                self.client.refuse(request.id, ErrorCode::ServerNotInitialized, "initialize comes first")
            }
            (Phase::ShutDown, _) => {
                self.client.refuse(request.id, ErrorCode::InvalidRequest, "the session was shut down")
            }
            (Phase::Running, "initialize") => {
                self.client.refuse(request.id, ErrorCode::InvalidRequest, "the session is initialized already")
            }
            (Phase::Running, "shutdown") => lifecycle::shut_down(self, request.id),
            (Phase::Running, "workspace/executeCommand") => commands::start(self, request),
            (Phase::Running, _) => {
                if let Some(request) = requests::start(self, request) {
                    self.client.refuse(
                        request.id,
                        ErrorCode::MethodNotFound,
                        format!("{} is not served", request.method),
                    );
                }
            }
        }
    }

    fn response(&mut self, response: Response) {
        let answer = response.response_result;
        match self.client.purpose_of(&response.id) {
            None | Some(Purpose::Nothing) => {
                if let Err(error) = answer {
                    tracing::debug!(id = %response.id, message = error.message, "the client refused a request");
                }
            }
            Some(Purpose::Confirm(invocation)) => commands::answered(self, *invocation, &answer),
            Some(Purpose::ApplyEdit(request)) => commands::edit_applied(self, request, answer),
            Some(Purpose::Allow(consent)) => inline::allowed(self, consent, &answer),
            Some(Purpose::ShowProgress(id)) => commands::progress_created(self, id, answer.is_ok()),
        }
    }

    /// An operation has changed the workspace: what depends on it is looked at again, and fetched again.
    pub(crate) fn workspace_changed(&mut self) {
        self.world.forget_names();
        watch::renew(self, |snapshot| snapshot.asked.depends_on_workspace());
        inline::look(self);
        self.refresh_soon();
    }

    /// Tells the client to fetch again, once more changes have had the time to come.
    pub(crate) fn refresh_soon(&mut self) {
        self.refresh_at.get_or_insert_with(|| Instant::now() + REFRESH_PAUSE);
    }

    fn refresh(&mut self) {
        let wanted = self.profile.refresh;
        let all = [
            (wanted.diagnostics, "workspace/diagnostic/refresh"),
            (wanted.inlay_hints, "workspace/inlayHint/refresh"),
            (wanted.code_lenses, "workspace/codeLens/refresh"),
        ];
        for (_, method) in all.into_iter().filter(|(is_wanted, _)| *is_wanted) {
            self.client.ask(method, json!(null), Purpose::Nothing);
        }
    }
}
