//! The sessions of one principal, and what answers its requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Full;
use rmcp::ServerHandler;
use rmcp::model::{ErrorData, RequestId};
use rmcp::transport::streamable_http_server::session::SessionManager as _;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;

use super::body::BODY_BYTES_MAX;
use super::in_flight::InFlight;
use super::sessions::Sessions;
use super::{Answer, Hosts, challenge};

/// The most sessions of one principal.
pub(super) const SESSIONS_MAX: usize = 64;
/// A session without a request for this long is closed. Assistants are left open over lunch, and not
/// all of them open a new session by themselves.
const SESSION_IDLE_MAX: Duration = Duration::from_secs(4 * 3_600);
/// The header that names a request's session.
pub(super) const SESSION_HEADER: &str = "mcp-session-id";

/// One principal's place.
pub(super) struct Room<H> {
    service: StreamableHttpService<H, Sessions>,
    sessions: Arc<Sessions>,
    end: CancellationToken,
    uses: Mutex<Uses>,
    /// Held while a session is opened, so that no two take the same place.
    opening: tokio::sync::Mutex<()>,
    admitted: Box<dyn Fn() -> bool + Send + Sync>,
    in_flight: InFlight,
}

/// Which sessions were used after which: requests are counted, and each session remembers its last.
#[derive(Default)]
struct Uses {
    count: u64,
    last: HashMap<String, u64>,
}

impl Uses {
    fn note(&mut self, headers: &HeaderMap) {
        if let Some(session) = headers.get(SESSION_HEADER).and_then(|value| value.to_str().ok()) {
            self.count += 1;
            let count = self.count;
            // Ids that are no session's are not remembered: anybody can make them up.
            if let Some(last) = self.last.get_mut(session) {
                *last = count;
            }
        }
    }
}

impl<H: ServerHandler> Room<H> {
    /// A room whose sessions may go on while `admitted` says so.
    pub(super) fn new(
        hosts: Hosts,
        handler: impl Fn() -> H + Send + Sync + 'static,
        admitted: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let end = CancellationToken::new();
        let sessions = Arc::new(sessions());
        let service = StreamableHttpService::new(move || Ok(handler()), sessions.clone(), config(hosts, end.clone()));
        Self { service, sessions, end, uses: Mutex::default(), opening: tokio::sync::Mutex::default(), admitted: Box::new(admitted), in_flight: InFlight::default() }
    }

    /// Whether its principal may still ask. May read files.
    pub(super) fn is_admitted(&self) -> bool {
        (self.admitted)()
    }

    /// Ends its sessions and streams.
    pub(super) fn close(&self) {
        self.end.cancel();
    }

    /// Answers a request of an open session, or one that needs none; `id` is that of a message that
    /// asks for something.
    pub(super) async fn answer(&self, request: Request<Full<Bytes>>, id: Option<&RequestId>) -> Answer {
        self.uses().note(request.headers());
        let session = request.headers().get(SESSION_HEADER).and_then(|value| value.to_str().ok());
        let place = match (session, id) {
            (Some(session), Some(id)) => {
                let Some(place) = self.in_flight.enter(session, id) else {
                    let error = ErrorData::invalid_request(format!("the request {id} of this session is not answered yet; each needs an id of its own"), None);
                    return challenge::error(StatusCode::BAD_REQUEST, &error);
                };
                Some(place)
            }
            _ => None,
        };
        let ends = request.method() == Method::DELETE;
        let answer = self.service.handle(request).await;
        let mut answer = match place {
            Some(place) => place.until_sent(answer),
            None => answer,
        };
        // One widely used client takes any other success for a session that could not be ended.
        if ends && answer.status() == StatusCode::ACCEPTED {
            *answer.status_mut() = StatusCode::NO_CONTENT;
        }
        answer
    }

    /// Answers a request that opens a session. When there are too many, the one that was used longest
    /// ago makes place: clients that end without saying so must not lock out the next.
    pub(super) async fn open(&self, request: Request<Full<Bytes>>) -> Answer {
        let _opening = self.opening.lock().await;
        self.make_place().await;
        let answer = self.service.handle(request).await;
        if let Some(session) = answer.headers().get(SESSION_HEADER).and_then(|value| value.to_str().ok()) {
            let mut uses = self.uses();
            uses.count += 1;
            let count = uses.count;
            uses.last.insert(session.to_owned(), count);
        }
        answer
    }

    async fn make_place(&self) {
        let mut open: Vec<(u64, Arc<str>)> = {
            let sessions = self.sessions.0.sessions.read().await;
            let mut uses = self.uses();
            uses.last.retain(|id, _| sessions.contains_key(id.as_str()));
            sessions.keys().map(|id| (uses.last.get(id.as_ref()).copied().unwrap_or(0), id.clone())).collect()
        };
        open.sort();
        let too_many = (open.len() + 1).saturating_sub(SESSIONS_MAX);
        for (_, id) in open.into_iter().take(too_many) {
            tracing::info!("a session that was not used for long made place for a new one");
            if let Err(error) = self.sessions.close_session(&id).await {
                tracing::warn!(%error, "a session could not be closed");
            }
        }
    }

    fn uses(&self) -> std::sync::MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) async fn n_sessions(&self) -> usize {
        self.sessions.0.sessions.read().await.len()
    }
}

/// No priming event and no retry hint in either place: one widely used client takes the empty event
/// for a broken message.
fn sessions() -> Sessions {
    let mut sessions = Sessions::default();
    sessions.0.session_config.sse_retry = None;
    sessions.0.session_config.keep_alive = Some(SESSION_IDLE_MAX);
    sessions
}

fn config(hosts: Hosts, end: CancellationToken) -> StreamableHttpServerConfig {
    let config = StreamableHttpServerConfig::default()
        .with_sse_retry(None)
        .with_json_response(true)
        .with_max_request_body_bytes(BODY_BYTES_MAX)
        .with_cancellation_token(end);
    match hosts {
        Hosts::Loopback => config.with_allowed_origins(["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"]),
        Hosts::Any => config.disable_allowed_hosts().enforce_origin_validation(),
    }
}
