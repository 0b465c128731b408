//! What is loaded: the endpoints' models, kept in step with the engine's records.
//!
//! Requests take an `Arc` of what their endpoint answers with and keep it to their end, so a new
//! version is one pointer written under a lock that nobody holds for longer than that: no request
//! waits for it or fails by it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use mlwright_base::{DeploymentId, ErrorCode, Problem};
use mlwright_engine::Engine;
use mlwright_engine::endpoints::{Deployed, Endpoint, ServerClaim};

/// How often the records are looked at for changes.
const POLL: Duration = Duration::from_millis(100);
/// How often an endpoint whose model could not be loaded is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// How often the server looks whether it is still wanted.
const ALIVE: Duration = Duration::from_secs(1);

type State = Result<Arc<Deployed>, Problem>;

/// What is loaded.
pub struct Live {
    engine: Arc<Engine>,
    states: RwLock<HashMap<String, State>>,
    /// The revision of the records that `states` is in step with.
    seen: AtomicU64,
    any_broken: AtomicBool,
    /// One at a time brings things in step.
    turn: Mutex<()>,
}

impl Live {
    /// Nothing is loaded yet.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        Self { engine, states: RwLock::default(), seen: AtomicU64::new(0), any_broken: AtomicBool::new(false), turn: Mutex::new(()) }
    }

    /// What an endpoint answers with.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none of that name or it was stopped,
    /// [`ErrorCode::Unavailable`] when its model could not be loaded.
    pub fn find(&self, name: &str) -> Result<Arc<Deployed>, Problem> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        match states.get(name) {
            Some(Ok(deployed)) => Ok(deployed.clone()),
            Some(Err(problem)) => {
                let message = format!("endpoint {name:?} cannot answer: {}", problem.message);
                Err(Problem { code: ErrorCode::Unavailable, message, ..problem.clone() })
            }
            None => Err(Problem::new(ErrorCode::NotFound, format!("no endpoint {name:?} is running"))
                .hint(mlwright_base::names::did_you_mean(name, states.keys().map(String::as_str)))
                .field("endpoint")),
        }
    }

    /// Every endpoint, with what it answers with or why it cannot.
    #[must_use]
    pub fn states(&self) -> BTreeMap<String, State> {
        self.states.read().unwrap_or_else(PoisonError::into_inner).iter().map(|(name, state)| (name.clone(), state.clone())).collect()
    }

    /// Brings what is loaded in step with the records.
    ///
    /// # Errors
    /// When the records cannot be read or written. What is loaded stays.
    pub fn reconcile(&self) -> Result<(), Problem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // Read first: what changes while we work makes another round.
        let revision = self.engine.endpoints_revision()?;
        let mut wanted = Vec::new();
        let mut any_broken = false;
        for endpoint in self.engine.endpoints()?.into_iter().filter(Endpoint::is_wanted) {
            if let Some(pending) = &endpoint.pending {
                self.take_up(&endpoint.name, &pending.deployment_id)?;
            }
            let loaded = self.loaded(&endpoint.name);
            // What was taken up just now is in the states already, though not in this old record.
            let is_new = endpoint.pending.as_ref().is_some_and(|pending| loaded.as_ref() == Some(&pending.deployment_id));
            if let Some(current) = endpoint.current.filter(|current| !is_new && loaded.as_ref() != Some(&current.deployment_id)) {
                let state = self.engine.load_deployment(&current.deployment_id).map(Arc::new);
                if let Err(problem) = &state {
                    tracing::error!(endpoint = endpoint.name, error = %problem, "the model cannot be loaded");
                    any_broken = true;
                }
                // A version that answers is better than a newer one that cannot be loaded.
                if state.is_ok() || loaded.is_none() {
                    self.put(&endpoint.name, state);
                }
            }
            wanted.push(endpoint.name);
        }
        self.states.write().unwrap_or_else(PoisonError::into_inner).retain(|name, _| wanted.contains(name));
        self.any_broken.store(any_broken, Ordering::Release);
        self.seen.store(revision, Ordering::Release);
        Ok(())
    }

    /// Loads a pending deployment, makes it the current one, and answers with it from then on; or
    /// gives it up and answers as before.
    fn take_up(&self, name: &str, deployment_id: &DeploymentId) -> Result<(), Problem> {
        let deployed = match self.engine.load_deployment(deployment_id) {
            Ok(deployed) => deployed,
            Err(problem) => {
                tracing::warn!(endpoint = name, error = %problem, "a deployment is given up");
                return self.engine.fail_deployment(name, deployment_id, &problem);
            }
        };
        match self.engine.confirm_deployment(&deployed) {
            Ok(()) => {
                tracing::info!(endpoint = name, model = deployed.deployment.model.uri, "deployed");
                self.put(name, Ok(Arc::new(deployed)));
                Ok(())
            }
            // Another deployment came in between: the next round takes it up.
            Err(problem) if problem.code == ErrorCode::Conflict => Ok(()),
            Err(problem) => Err(problem),
        }
    }

    fn loaded(&self, name: &str) -> Option<DeploymentId> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.get(name)?.as_ref().ok().map(|deployed| deployed.deployment.deployment_id.clone())
    }

    fn put(&self, name: &str, state: State) {
        self.states.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), state);
    }

    /// Follows the records until `ended` is set, or `server.json` no longer names this server; then
    /// `gone` is called.
    pub fn follow(&self, claim: &ServerClaim, ended: &AtomicBool, gone: impl Fn()) {
        let (mut tried, mut looked) = (Instant::now(), Instant::now());
        while !ended.load(Ordering::Acquire) {
            std::thread::sleep(POLL);
            let changed = match self.engine.endpoints_revision() {
                Ok(revision) => revision != self.seen.load(Ordering::Acquire),
                Err(error) => {
                    tracing::warn!(%error, "the endpoints' records cannot be read");
                    false
                }
            };
            let retry = self.any_broken.load(Ordering::Acquire) && tried.elapsed() >= RETRY;
            if changed || retry {
                tried = Instant::now();
                if let Err(error) = self.reconcile() {
                    tracing::warn!(%error, "the endpoints are not in step with their records");
                }
            }
            if looked.elapsed() >= ALIVE {
                looked = Instant::now();
                match claim.is_on_record() {
                    Ok(true) => {}
                    Ok(false) => {
                        tracing::warn!("server.json no longer names this server: ending");
                        gone();
                        return;
                    }
                    Err(error) => tracing::warn!(%error, "server.json cannot be read: serving goes on"),
                }
            }
        }
    }
}
