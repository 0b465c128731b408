//! Running one operation for a client: on a blocking thread, cancellable, with progress, and with
//! every outcome made into an answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mlwright_base::{CancelToken, ErrorCode, Problem};
use mlwright_engine::{Actor, Call, Engine, Surface};
use mlwright_operations::{Answer, Context, Registered};
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::progress::Relay;
use crate::server::Options;

/// The most calls of one client that run at the same time; further ones wait.
const CALLS_AT_ONCE_MAX: usize = 16;

/// Whether the client has closed the session. A client that leaves cancels nothing: the jobs it
/// started go on. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionEnd {
    over: Arc<AtomicBool>,
}

impl SessionEnd {
    /// Notes that nothing more will come from the client.
    pub(crate) fn note(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// Whether the client has gone.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// Runs operations in one workspace, which the first call opens.
pub(crate) struct Calls {
    options: Options,
    engine: Arc<Mutex<Option<Arc<Engine>>>>,
    slots: Semaphore,
    session_end: SessionEnd,
}

impl Calls {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, engine: Arc::default(), slots: Semaphore::new(CALLS_AT_ONCE_MAX), session_end: SessionEnd::default() }
    }

    /// The flag that tells that the client has gone.
    pub(crate) fn session_end(&self) -> SessionEnd {
        self.session_end.clone()
    }

    /// Runs one operation for a request.
    pub(crate) async fn run(&self, operation: &'static Registered, input: Value, context: &RequestContext<RoleServer>) -> Result<Answer, Problem> {
        let actor = self.actor(context);
        let (reporter, relay) = Relay::start(context);
        let outcome = self
            .blocking(context, move |engine, cancel| {
                let call = Call { actor: &actor, cancel, progress: &reporter };
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
            slot = self.slots.acquire() => slot.map_err(|_| cancelled())?,
            () = context.ct.cancelled() => return Err(cancelled()),
        };
        let cancel = CancelToken::new();
        let (opened, directory, token) = (Arc::clone(&self.engine), self.options.workspace.clone(), cancel.clone());
        let mut task = tokio::task::spawn_blocking(move || {
            let run = || {
                let engine = {
                    let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
                    match opened.as_ref() {
                        Some(engine) => Arc::clone(engine),
                        None => Arc::clone(opened.insert(Arc::new(Engine::open(&directory)?))),
                    }
                };
                work(&engine, &token)
            };
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
        let name: String = format!("{client} for {}", self.options.user).chars().filter(|c| !c.is_control()).take(200).collect();
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

    #[test]
    fn clones_share_the_end_of_the_session() {
        let end = SessionEnd::default();
        let clone = end.clone();
        assert!(!clone.is_over());
        end.note();
        assert!(clone.is_over());
    }
}
