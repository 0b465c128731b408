//! The protocol over HTTP: who may ask is told by the workspace's tokens.

use std::sync::Arc;

use mlwright_base::{CancelToken, NoProgress};
use mlwright_engine::access::{Access, Scope, Scopes, same_secret};
use mlwright_engine::{Actor, Call, Engine, Surface};
use mlwright_mcp_transport::SessionEnd;
pub use mlwright_mcp_transport::http::{Answer, Hosts, METADATA_PATH, METADATA_PATH_OF_MCP};
use mlwright_mcp_transport::http::{Denied, Gate, HttpService, Principal, metadata};
use mlwright_operations::Context;
use serde_json::Value;

use crate::caller::{Caller, Offer};
use crate::calls::Opened;
use crate::server::Server;

/// What is served to whom.
#[derive(Clone)]
pub struct Sharing {
    /// The workspace.
    pub engine: Arc<Engine>,
    /// The name of the workspace's owner.
    pub user: String,
    /// The token of the workspace's owner, where there is one.
    pub owner_token: Option<String>,
    /// What requests without a token may do; nothing when absent.
    pub anonymous: Option<Scopes>,
    /// What any caller is offered at most.
    pub offer: Offer,
    /// Which hosts are answered.
    pub hosts: Hosts,
}

/// The service for `/mcp`. Has to be made inside a runtime, in which it looks after its sessions.
#[must_use]
pub fn service(sharing: Sharing) -> HttpService<Door, Server> {
    let opened = Opened::already(&sharing.engine);
    let offer = sharing.offer.clone();
    let service = HttpService::new(Door { sharing: Arc::new(sharing.clone()) }, sharing.hosts, move |guest: &Guest| {
        let offer = Offer { scopes: offer.scopes.and(guest.access.scopes), toolsets: offer.toolsets.clone() };
        Server::for_caller(opened.clone(), Caller { name: guest.access.name.clone(), offer }, SessionEnd::default())
    });
    tokio::spawn(HttpService::<Door, Server>::sweep(service.sweeper()));
    service
}

/// The metadata of the resource, for whoever asks where to get a token (RFC 9728).
#[must_use]
pub fn resource_metadata<B>(request: &http::Request<B>) -> Answer {
    metadata(request, &Scope::ALL.map(Scope::as_str))
}

/// Lets in who holds a token.
#[derive(Clone)]
pub struct Door {
    sharing: Arc<Sharing>,
}

/// Whoever was let in.
#[derive(Clone)]
pub struct Guest {
    access: Access,
    engine: Arc<Engine>,
}

impl Principal for Guest {
    fn key(&self) -> String {
        match &self.access.token_id {
            Some(id) => format!("token {id}"),
            None => format!("{} {}", self.access.name, self.access.scopes),
        }
    }

    fn is_still_admitted(&self) -> bool {
        // A database that cannot be read now is no reason to end sessions: each request asks again.
        self.access.token_id.as_deref().is_none_or(|id| self.engine.is_token_active(id).unwrap_or(true))
    }
}

impl Gate for Door {
    type Principal = Guest;

    fn admit(&self, token: Option<&str>) -> Result<Guest, Denied> {
        let Sharing { engine, user, owner_token, anonymous, .. } = self.sharing.as_ref();
        let guest = |access| Guest { access, engine: engine.clone() };
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            let scopes = anonymous.ok_or(Denied::NoToken)?;
            return Ok(guest(Access { token_id: None, name: "anonymous".to_owned(), scopes }));
        };
        if owner_token.as_deref().is_some_and(|owner| same_secret(owner.as_bytes(), token.as_bytes())) {
            return Ok(guest(Access { token_id: None, name: user.clone(), scopes: Scopes::ALL }));
        }
        match engine.access_by_token(token) {
            Ok(Some(access)) => Ok(guest(access)),
            Ok(None) => Err(Denied::WrongToken),
            Err(problem) => Err(Denied::Unavailable(problem.message)),
        }
    }

    fn permit(&self, guest: &Guest, method: &str, name: Option<&str>) -> Result<(), Denied> {
        let Some(operation) = name.filter(|_| method == "tools/call").and_then(|name| mlwright_operations::find(name).ok()) else { return Ok(()) };
        let scopes = guest.access.scopes;
        if scopes.contains(operation.scope) {
            return Ok(());
        }
        // The operation itself refuses, which is how the refusal gets into the audit.
        let actor = Actor { name: format!("mcp for {}", guest.access.name), surface: Surface::Mcp };
        let call = Call { actor: &actor, scopes, cancel: &CancelToken::new(), progress: &NoProgress };
        match mlwright_operations::call(Context { engine: &self.sharing.engine, call: &call }, operation.name, Value::Null) {
            Ok(_) => Ok(()),
            Err(problem) => Err(Denied::Scope { needed: operation.scope.as_str().to_owned(), said: crate::answer::spoken(&problem) }),
        }
    }
}
