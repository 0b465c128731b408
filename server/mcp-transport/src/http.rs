//! Streamable HTTP, one service for both eras of the protocol: clients that call `initialize` get a
//! session, those of 2026-07-28 and later are answered request by request.
//!
//! Authorization follows the specification's rules for a protected resource (RFC 6750 for the
//! header and its errors, RFC 9728 for the metadata). Tokens are handed out by the workspace's
//! owner, so the metadata names no authorization server.
//!
//! Each principal has a service, and so sessions, of its own: a session id is worth nothing with
//! another token. When a principal may no longer ask, its sessions and open streams end.

mod asked;
mod body;
mod challenge;
mod in_flight;
mod room;
mod sessions;

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::combinators::BoxBody;
use http_body_util::Full;
use mlwright_bodies::{Bodies, Received};
use rmcp::ServerHandler;
use rmcp::model::RequestId;

use asked::Asked;
pub use challenge::{Denied, METADATA_PATH, METADATA_PATH_OF_MCP, metadata};
use room::{Room, SESSION_HEADER};

/// An answer of the service.
pub type Answer = Response<BoxBody<Bytes, Infallible>>;

/// How often it is looked whether principals may still ask.
const SWEEP_INTERVAL: Duration = Duration::from_secs(2);

/// Who may ask, and what. Its methods may read files: they are called on a blocking thread.
pub trait Gate: Send + Sync + 'static {
    /// Whoever asks.
    type Principal: Principal;

    /// Who holds this token; `None` is a request without one.
    ///
    /// # Errors
    /// [`Denied::NoToken`] and [`Denied::WrongToken`].
    fn admit(&self, token: Option<&str>) -> Result<Self::Principal, Denied>;

    /// Whether a principal may make this request: its method and, for `tools/call`, the tool's name.
    ///
    /// # Errors
    /// [`Denied::Scope`]; whoever is refused there has been noted.
    fn permit(&self, principal: &Self::Principal, method: &str, name: Option<&str>) -> Result<(), Denied>;
}

/// Whoever asks.
pub trait Principal: Clone + Send + Sync + 'static {
    /// What tells principals apart; two with the same key share their sessions.
    fn key(&self) -> String;

    /// The token that still has to be good for the sessions to go on; `None` when there is none.
    fn is_still_admitted(&self) -> bool;
}

/// Which `Host` headers are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// Names of this machine by loopback: pages that point their own domain at it are refused.
    Loopback,
    /// Any: the server was told to listen beyond loopback, under names it cannot know.
    Any,
}

/// What makes the handler of a principal.
type MakeHandler<P, H> = dyn Fn(&P) -> H + Send + Sync;
type Rooms<H> = Mutex<HashMap<String, Arc<Room<H>>>>;

/// The service behind one address. Clones share its sessions.
pub struct HttpService<G: Gate, H> {
    gate: Arc<G>,
    handler: Arc<MakeHandler<G::Principal, H>>,
    hosts: Hosts,
    bodies: Bodies,
    rooms: Arc<Rooms<H>>,
}

impl<G: Gate, H> Clone for HttpService<G, H> {
    fn clone(&self) -> Self {
        Self { gate: self.gate.clone(), handler: self.handler.clone(), hosts: self.hosts, bodies: self.bodies.clone(), rooms: self.rooms.clone() }
    }
}

impl<G: Gate, H: ServerHandler> HttpService<G, H> {
    /// A service that makes a handler for each session, and for each request that has none.
    #[must_use]
    pub fn new(gate: G, hosts: Hosts, handler: impl Fn(&G::Principal) -> H + Send + Sync + 'static) -> Self {
        Self { gate: Arc::new(gate), handler: Arc::new(handler), hosts, bodies: body::bodies(), rooms: Arc::default() }
    }

    /// Looks every two seconds whether the principals with sessions may still ask, and ends those
    /// sessions that may not go on. Ends with the service.
    pub async fn sweep(rooms: Sweeper<H>) {
        loop {
            tokio::time::sleep(SWEEP_INTERVAL).await;
            let Some(rooms) = rooms.0.upgrade() else { return };
            let looked = tokio::task::spawn_blocking(move || Self::end_revoked(&rooms));
            if let Err(error) = looked.await {
                tracing::error!(%error, "it could not be looked who may still ask");
            }
        }
    }

    /// Ends the sessions of those that may not go on.
    fn end_revoked(rooms: &Rooms<H>) {
        let known: Vec<(String, Arc<Room<H>>)> = lock(rooms).iter().map(|(key, room)| (key.clone(), room.clone())).collect();
        for (key, room) in known.into_iter().filter(|(_, room)| !room.is_admitted()) {
            room.close();
            lock(rooms).remove(&key);
            tracing::info!("the sessions of a principal that may no longer ask were ended");
        }
    }

    /// What [`HttpService::sweep`] looks at.
    #[must_use]
    pub fn sweeper(&self) -> Sweeper<H> {
        Sweeper(Arc::downgrade(&self.rooms))
    }

    /// Answers a request to the service's address.
    pub async fn handle<B>(&self, request: Request<B>) -> Answer
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Display,
    {
        let origin = challenge::origin(&request);
        match self.admitted(request).await {
            Ok(Admitted { room, opens: true, id: _, request, _body }) => room.open(request).await,
            Ok(Admitted { room, opens: false, id, request, _body }) => room.answer(request, id.as_ref()).await,
            Err(Refused::Denied(denied)) => denied.answer(origin.as_deref()),
            Err(Refused::Answer(answer)) => answer,
        }
    }

    async fn admitted<B>(&self, request: Request<B>) -> Result<Admitted<H>, Refused>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Display,
    {
        let (parts, body) = request.into_parts();
        let (gate, token) = (self.gate.clone(), bearer(&parts.headers));
        let principal = blocking(move || gate.admit(token.as_deref())).await?;
        let body = self.bodies.read(body).await.map_err(|unread| {
            let (status, said) = body::told(unread);
            Refused::plain(status, said)
        })?;
        let asked = match parts.method {
            Method::POST => Asked::of(&body.bytes).map_err(|error| Refused::Answer(challenge::error(StatusCode::BAD_REQUEST, &error)))?,
            _ => None,
        };
        // Within a session it opens none, and is a request like any other.
        let opens = !parts.headers.contains_key(SESSION_HEADER) && asked.as_ref().is_some_and(|asked| asked.method == "initialize");
        let id = asked.as_ref().map(|asked| asked.id.clone());
        if let Some(Asked { method, name, .. }) = asked {
            let (gate, principal) = (self.gate.clone(), principal.clone());
            blocking(move || gate.permit(&principal, &method, name.as_deref())).await?;
        }
        let request = Request::from_parts(parts, Full::new(body.bytes.clone()));
        Ok(Admitted { room: self.room(&principal), opens, id, request, _body: body })
    }

    fn room(&self, principal: &G::Principal) -> Arc<Room<H>> {
        let mut rooms = lock(&self.rooms);
        let make = || {
            let (handler, whose, still) = (self.handler.clone(), principal.clone(), principal.clone());
            Arc::new(Room::new(self.hosts, move || handler(&whose), move || still.is_still_admitted()))
        };
        rooms.entry(principal.key()).or_insert_with(make).clone()
    }
}

/// A request that goes on to the protocol.
struct Admitted<H> {
    room: Arc<Room<H>>,
    /// Whether it opens a session.
    opens: bool,
    /// The id to be answered, when it asks for something.
    id: Option<RequestId>,
    request: Request<Full<Bytes>>,
    /// What holds the room that the message takes.
    _body: Received,
}

/// What [`HttpService::sweep`] looks at; keeps no session alive.
pub struct Sweeper<H>(Weak<Rooms<H>>);

fn lock<H>(rooms: &Rooms<H>) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Room<H>>>> {
    rooms.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The token of `Authorization: Bearer TOKEN`, where the scheme is written in any case.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Why a request goes no further.
enum Refused {
    Denied(Denied),
    Answer(Answer),
}

impl Refused {
    fn plain(status: StatusCode, said: String) -> Self {
        Self::Answer(challenge::plain(status, said))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Denied> + Send + 'static) -> Result<T, Refused> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(Refused::Denied),
        Err(error) => Err(Refused::plain(StatusCode::INTERNAL_SERVER_ERROR, format!("the request could not be looked at: {error}"))),
    }
}

#[cfg(test)]
mod tests;
