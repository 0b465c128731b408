//! Running one operation for a client: on a blocking thread, cancellable, with progress, and with
//! every outcome made into an answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlwright_base::{CancelToken, ErrorCode, Problem};
use mlwright_engine::access::Scopes;
use mlwright_engine::settings::{self, Settings};
use mlwright_engine::{Actor, Call, Engine, Surface};
use mlwright_mcp_transport::SessionEnd;
use mlwright_operations::{Answer, Context, Registered};
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::caller::{Caller, Offer};
use crate::progress::Relay;

/// The most calls that run at the same time; further ones wait.
const CALLS_AT_ONCE_MAX: usize = 16;

/// The workspace that sessions work in. The first call opens it, so that listing the tools waits for
/// nothing. Clones share it.
#[derive(Clone)]
pub(crate) struct Opened {
    directory: PathBuf,
    /// As mlwright.toml was when it was asked for last.
    engine: Arc<Mutex<Option<Engine>>>,
    slots: Arc<Semaphore>,
}

impl Opened {
    /// A workspace that is opened when it is needed.
    pub(crate) fn later(directory: PathBuf) -> Self {
        Self { directory, engine: Arc::default(), slots: Arc::new(Semaphore::new(CALLS_AT_ONCE_MAX)) }
    }

    /// A workspace that is open.
    pub(crate) fn already(engine: &Engine) -> Self {
        let opened = Self::later(engine.workspace().directory().to_path_buf());
        *opened.lock() = Some(engine.clone());
        opened
    }

    /// The engine, with mlwright.toml as it is now.
    pub(crate) fn engine(&self) -> Result<Engine, Problem> {
        let mut opened = self.lock();
        let engine = match opened.as_ref() {
            Some(engine) => engine.refreshed()?,
            None => Engine::open(&self.directory)?,
        };
        *opened = Some(engine.clone());
        Ok(engine)
    }

    /// As [`Opened::engine`]; `None` while nothing has opened the workspace, which makes its folder.
    pub(crate) fn engine_if_open(&self) -> Result<Option<Engine>, Problem> {
        let is_open = self.lock().is_some();
        is_open.then(|| self.engine()).transpose()
    }

    /// `[mcp]` of mlwright.toml as it is now. It is read without opening the workspace.
    pub(crate) fn settings(&self) -> Result<settings::Mcp, Problem> {
        Ok(match self.engine_if_open()? {
            Some(engine) => engine.settings().mcp.clone(),
            None => Settings::load(&self.directory)?.mcp,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Engine>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs operations for one caller.
pub(crate) struct Calls {
    opened: Opened,
    caller: Caller,
    session_end: SessionEnd,
}

impl Calls {
    pub(crate) fn new(opened: Opened, caller: Caller, session_end: SessionEnd) -> Self {
        Self { opened, caller, session_end }
    }

    /// The workspace.
    pub(crate) fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Whoever is served.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What is offered by mlwright.toml as it is now. A file that is wrong is told by the first
    /// call; until it is mended, only reading is offered.
    pub(crate) fn offer(&self) -> Offer {
        let offered = self.opened.settings().and_then(|settings| self.caller.offer.within(&settings));
        offered.unwrap_or_else(|problem| {
            tracing::warn!(message = %problem.message, "mlwright.toml cannot be followed");
            Offer { scopes: Scopes::READ, toolsets: self.caller.offer.toolsets.clone() }
        })
    }

    /// Runs one operation for a request.
    pub(crate) async fn run(&self, operation: &'static Registered, input: Value, context: &RequestContext<RoleServer>) -> Result<Answer, Problem> {
        let actor = self.actor(context);
        let offer = self.caller.offer.clone();
        let (reporter, relay) = Relay::start(context);
        let outcome = self
            .blocking(context, move |engine, cancel| {
                let scopes = offer.within(&engine.settings().mcp)?.scopes;
                let call = Call { actor: &actor, scopes, cancel, progress: &reporter };
                mlwright_operations::call(Context { engine, call: &call }, operation.name, input)
            })
            .await;
        relay.finish().await;
        outcome
    }

    /// Runs work that needs the engine on a blocking thread. When the client cancels, the work's
    /// token is cancelled and the work is waited for; when the client leaves, the work is left to
    /// itself. A panic becomes an error.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        context: &RequestContext<RoleServer>,
        work: impl FnOnce(&Engine, &CancelToken) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let cancelled = || Problem::new(ErrorCode::Cancelled, "cancelled");
        let _slot = tokio::select! {
            slot = self.opened.slots.acquire() => slot.map_err(|_| cancelled())?,
            () = context.ct.cancelled() => return Err(cancelled()),
        };
        let cancel = CancelToken::new();
        let (opened, token) = (self.opened.clone(), cancel.clone());
        let mut task = tokio::task::spawn_blocking(move || {
            let run = || work(&opened.engine()?, &token);
            catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(defect(panic.as_ref())))
        });
        let outcome = tokio::select! {
            outcome = &mut task => outcome,
            () = context.ct.cancelled() => {
                if self.session_end.is_over() {
                    return Err(cancelled());
                }
                cancel.cancel();
                task.await
            }
        };
        outcome.unwrap_or_else(|error| Err(Problem::new(ErrorCode::Internal, format!("the work was lost: {error}"))))
    }

    fn actor(&self, context: &RequestContext<RoleServer>) -> Actor {
        let client = context.client_info().map_or_else(|| "mcp".to_owned(), |client| format!("{}/{}", client.name, client.version));
        let name: String = format!("{client} for {}", self.caller.name).chars().filter(|c| !c.is_control()).take(200).collect();
        Actor { name, surface: Surface::Mcp }
    }
}

fn defect(panic: &(dyn std::any::Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::new(ErrorCode::Internal, format!("the operation broke off: {}", text.unwrap_or_default()))
        .hint("this is a defect of mlwright; the workspace is unharmed, other operations still work")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_a_defect() {
        let problem = defect(&"index out of range");
        assert_eq!(problem.code, ErrorCode::Internal);
        assert!(problem.message.contains("index out of range"));
    }
}
