//! Deploying and stopping, and the server process's side of both.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mlwright_base::{CancelToken, DeploymentId, ErrorCode, Problem, Progress, names};
use mlwright_store::StoreError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::RunningServer;
use super::promise;
use super::record::{DEPLOYMENTS, DeployFailure, Deployment, ENDPOINTS, Endpoint, EventKind, Serving, change};
use super::status::{EndpointState, EndpointStatus, StoppedEndpoint};
use crate::call::Call;
use crate::engine::Engine;
use crate::lineage;
use crate::model_uri::EXAMPLE_FILE;
use crate::serving::{ServedModel, read_json};

/// How long a new version may take to answer.
const READY_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a stopped endpoint may take to fall silent.
const SILENT_TIMEOUT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(20);

/// What to deploy, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// Endpoint to make, or to give a new version.
    pub endpoint: String,
    /// Model address, e.g. `models:/churn@champion`; the version it points at now is deployed.
    pub model: String,
}

/// What to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// Endpoint to stop.
    pub endpoint: String,
    /// Must be true: whoever asks the endpoint gets errors from then on.
    #[serde(default)]
    pub confirm: bool,
}

/// A deployment whose model is loaded and was seen to answer.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// The deployment.
    pub deployment: Deployment,
    /// Its model.
    pub served: Arc<ServedModel>,
}

impl Engine {
    /// Deploys a model version and answers once the endpoint answers with it. The version before it
    /// answers until then; no request fails in between.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for the model, why it cannot be loaded or does not answer its own
    /// input example, [`ErrorCode::Conflict`] when the endpoint serves another target, task or other
    /// classes, or another version was deployed in between,
    /// [`ErrorCode::Unavailable`] when the server process cannot be started. The endpoint then
    /// answers as it did before.
    pub fn deploy_endpoint(&self, call: &Call<'_>, request: &DeployRequest) -> Result<EndpointStatus, Problem> {
        names::check_name("endpoint", &request.endpoint)?;
        call.progress.report(Progress::of(0.0, 3.0, format!("loading {}", request.model)));
        let served = self.load_model(&request.model)?;
        self.try_example(&served)?;
        call.cancel.check()?;
        let (deployment_id, warnings) = self.write_pending(call, request, &served)?;
        let ready = self.bring_up(call, &request.endpoint, &deployment_id, &served);
        if let Err(problem) = &ready {
            self.fail_deployment(&request.endpoint, &deployment_id, problem)?;
        }
        ready.map(|status| EndpointStatus { warnings, ..status })
    }

    /// Writes the intent, unless clients of what is served now would break; answers with what they should know.
    fn write_pending(&self, call: &Call<'_>, request: &DeployRequest, served: &ServedModel) -> Result<(DeploymentId, Vec<String>), Problem> {
        let now = self.now();
        let deployment_id = DeploymentId::generate();
        let deployment = Deployment {
            deployment_id: deployment_id.clone(),
            endpoint: request.endpoint.clone(),
            model: served.resolved.clone(),
            digest: served.digest.clone(),
            target: Some(served.model.target.clone()),
            task: served.model.task,
            classes: served.model.classes.clone(),
            features: served.model.features.clone(),
        };
        let serving = Serving {
            deployment_id: deployment_id.clone(),
            asked: request.model.trim().to_owned(),
            model: served.resolved.uri.clone(),
            digest: served.digest.clone(),
            deployed_by: call.actor.name.clone(),
            since: now,
        };
        let warnings = self.store.write::<_, Problem>(|tx| {
            let endpoint = tx.get::<Endpoint>(ENDPOINTS, &request.endpoint)?;
            let warnings = match endpoint.and_then(|record| record.body.current.or(record.body.pending)) {
                Some(served) => match tx.get::<Deployment>(DEPLOYMENTS, served.deployment_id.as_str())? {
                    Some(record) => promise::check(&record.body, &deployment)?,
                    None => Vec::new(),
                },
                None => Vec::new(),
            };
            tx.insert(DEPLOYMENTS, deployment_id.as_str(), Some(&request.endpoint), &deployment, now.as_millisecond())?;
            change(tx, &request.endpoint, now, |endpoint| {
                endpoint.pending = Some(serving);
                endpoint.last_failure = None;
                Ok::<(), Problem>(())
            })?;
            Ok(warnings)
        })?;
        Ok((deployment_id, warnings))
    }

    /// Waits until a server answers with the deployment, or with another one of the same version that
    /// came in between.
    fn bring_up(&self, call: &Call<'_>, name: &str, deployment_id: &DeploymentId, served: &ServedModel) -> Result<EndpointStatus, Problem> {
        call.progress.report(Progress::of(1.0, 3.0, "looking for the server process"));
        let mut server = self.ensure_server(call)?;
        call.progress.report(Progress::of(2.0, 3.0, format!("waiting for {name} to answer")));
        // The server notices by itself too, only later.
        let _ = server.reload();
        let until = Instant::now() + READY_TIMEOUT;
        let mut awaited = deployment_id.clone();
        loop {
            let endpoint = self.known_endpoint(name)?;
            let is_awaited = |serving: &Option<Serving>| serving.as_ref().is_some_and(|serving| serving.deployment_id == awaited);
            let is_same = |serving: &&Serving| serving.model == served.resolved.uri && serving.digest == served.digest;
            if let Some(failure) = endpoint.last_failure.as_ref().filter(|failure| failure.deployment_id == awaited) {
                return Err(failure.problem.clone());
            }
            if is_awaited(&endpoint.current) {
                match server.answering(name) {
                    Ok(Some(answering)) if answering == awaited => {
                        call.progress.report(Progress::of(3.0, 3.0, format!("{name} answers")));
                        return Ok(EndpointStatus::of(endpoint, Some(&server)));
                    }
                    Ok(_) => {}
                    // The process died; another one takes up where it was.
                    Err(_) => server = self.ensure_server(call)?,
                }
            } else if let Some(same) = endpoint.current.iter().chain(&endpoint.pending).find(is_same).filter(|_| !is_awaited(&endpoint.pending)) {
                // Somebody else deployed the same version at the same time.
                awaited = same.deployment_id.clone();
            } else if !is_awaited(&endpoint.pending) {
                return Err(Problem::new(ErrorCode::Conflict, format!("another deployment to {name:?} came in between"))
                    .hint("list_endpoints shows what it answers with now"));
            } else if server.answering(name).is_err() {
                server = self.ensure_server(call)?;
            }
            if Instant::now() >= until {
                return Err(Problem::new(ErrorCode::Unavailable, format!("{name:?} does not answer after {} s", READY_TIMEOUT.as_secs()))
                    .hint("the server's log is .mlwright/logs/server.log"));
            }
            call.cancel.check()?;
            std::thread::sleep(POLL);
        }
    }

    /// Stops an endpoint: it answers no more requests. Its inference table stays. One that is
    /// stopped already stays so.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], or [`ErrorCode::ConfirmationNeeded`] unless confirmed.
    pub fn stop_endpoint(&self, call: &Call<'_>, request: &StopRequest) -> Result<StoppedEndpoint, Problem> {
        let name = &request.endpoint;
        let endpoint = self.known_endpoint(name)?;
        if !request.confirm && endpoint.is_wanted() {
            return Err(Problem::new(ErrorCode::ConfirmationNeeded, format!("stopping {name:?} makes every request to it fail"))
                .hint("ask whoever relies on it, then set confirm to true")
                .field("confirm"));
        }
        let now = self.now();
        let endpoint = self.store.write::<_, StoreError>(|tx| {
            change(tx, name, now, |endpoint| {
                let stopped = endpoint.current.take();
                if let Some(serving) = endpoint.pending.take().or(stopped) {
                    endpoint.note(now, EventKind::Stopped, &call.actor.name, &serving);
                }
                Ok::<(), StoreError>(())
            })
        })?;
        let mut server = self.find_server()?;
        if let Some(running) = &server {
            let _ = running.reload();
            wait_for_silence(running, name)?;
        }
        let n_left = self.endpoints()?.iter().filter(|endpoint| endpoint.is_wanted()).count();
        if let Some(running) = server.take_if(|running| n_left == 0 && self.is_background(running)) {
            self.end_server(&running)?;
        }
        let status = EndpointStatus::of(endpoint, server.as_ref());
        Ok(StoppedEndpoint {
            endpoint: EndpointStatus { state: EndpointState::Stopped, ..status },
            n_left,
            server: server.as_ref().map(RunningServer::status),
        })
    }

    /// Loads a deployment's model and lets it answer its own input example.
    ///
    /// # Errors
    /// As [`Engine::load_resolved`], and [`ErrorCode::UnsuitableData`] when it does not answer.
    pub fn load_deployment(&self, deployment_id: &DeploymentId) -> Result<Deployed, Problem> {
        let found = self.store.read::<_, StoreError>(|tx| tx.get::<Deployment>(DEPLOYMENTS, deployment_id.as_str()))?;
        let deployment = found.map(|record| record.body).ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, format!("there is no deployment {deployment_id}")).hint("deploy the endpoint again")
        })?;
        let mut resolved = deployment.model.clone();
        resolved.digest = Some(deployment.digest.clone());
        let served = self.load_resolved(resolved)?;
        self.try_example(&served)?;
        Ok(Deployed { deployment, served })
    }

    /// A model without an example (none was trained with) is not tried.
    fn try_example(&self, served: &ServedModel) -> Result<(), Problem> {
        let file = served.resolved.file(EXAMPLE_FILE);
        if !self.artifacts.exists(&file)? {
            return Ok(());
        }
        let example = self.artifacts.read(&file)?;
        let answered = read_json(&example, &served.layout).and_then(|request| served.predict(&request.rows, &CancelToken::new()));
        answered.map(|_| ()).map_err(|problem| {
            let message = format!("{} does not answer its own input example: {}", served.resolved.uri, problem.message);
            Problem::new(ErrorCode::UnsuitableData, message).hint("test_model looks closer; train and register again")
        })
    }

    /// Makes a pending deployment the current one: the server is about to answer with it.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when it is neither pending nor current any more.
    pub fn confirm_deployment(&self, deployed: &Deployed) -> Result<(), Problem> {
        let now = self.now();
        let Deployment { endpoint: name, deployment_id, model, .. } = &deployed.deployment;
        self.store.write::<_, Problem>(|tx| {
            let found = tx.get::<Endpoint>(ENDPOINTS, name)?.map(|record| record.body);
            let is_this = |serving: &Option<Serving>| serving.as_ref().is_some_and(|serving| serving.deployment_id == *deployment_id);
            if found.as_ref().is_some_and(|endpoint| is_this(&endpoint.current)) {
                return Ok(());
            }
            if !found.as_ref().is_some_and(|endpoint| is_this(&endpoint.pending)) {
                return Err(Problem::new(ErrorCode::Conflict, format!("another deployment to {name:?} came in between")));
            }
            change(tx, name, now, |endpoint| {
                if let Some(serving) = endpoint.pending.take() {
                    endpoint.note(now, EventKind::Deployed, &serving.deployed_by, &serving);
                    endpoint.current = Some(serving);
                }
                Ok::<(), Problem>(())
            })?;
            Ok(lineage::record(tx, &model.asset, "deployed", &Endpoint::asset(name), now)?)
        })
    }

    /// Gives a pending deployment up. Whatever answered before still does.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn fail_deployment(&self, name: &str, deployment_id: &DeploymentId, problem: &Problem) -> Result<(), Problem> {
        let now = self.now();
        self.store.write::<_, StoreError>(|tx| {
            let Some(found) = tx.get::<Endpoint>(ENDPOINTS, name)? else { return Ok(()) };
            if found.body.pending.is_none_or(|serving| serving.deployment_id != *deployment_id) {
                return Ok(());
            }
            change(tx, name, now, |endpoint| {
                if let Some(serving) = endpoint.pending.take() {
                    endpoint.note(now, EventKind::Failed, &serving.deployed_by, &serving);
                    let model = serving.model;
                    endpoint.last_failure = Some(DeployFailure { deployment_id: serving.deployment_id, model, time: now, problem: problem.clone() });
                }
                Ok::<(), StoreError>(())
            })?;
            Ok(())
        })?;
        Ok(())
    }
}

fn wait_for_silence(server: &RunningServer, name: &str) -> Result<(), Problem> {
    let until = Instant::now() + SILENT_TIMEOUT;
    // A server that does not answer at all is silent too.
    while let Ok(Some(_)) = server.answering(name) {
        if Instant::now() >= until {
            return Err(Problem::new(ErrorCode::Unavailable, format!("the server process still answers for {name:?}"))
                .hint("the endpoint is stopped on record; end the server process"));
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}
