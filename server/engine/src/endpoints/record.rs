//! What is kept of an endpoint.

use jiff::Timestamp;
use mlwright_base::{DeploymentId, ErrorCode, Problem, names};
use mlwright_learn::{Feature, Task};
use mlwright_store::{Query, ReadTx, StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::model_uri::ResolvedModel;

/// The collection of endpoints.
pub(crate) const ENDPOINTS: &str = "endpoints";
/// The collection of deployments.
pub(crate) const DEPLOYMENTS: &str = "deployments";
/// The counter of changes to endpoints.
const CHANGES: &str = "endpoints";
/// The most events that an endpoint's record keeps, the newest.
const EVENTS_MAX: usize = 50;

/// A model version that an endpoint answers with, or is to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Serving {
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// The address as it was asked for, e.g. `models:/churn@champion`.
    pub asked: String,
    /// What it pointed at then, e.g. `models:/churn/3`. It does not move with the alias.
    pub model: String,
    /// SHA-256 of the model's file, hexadecimal.
    pub digest: String,
    /// Who deployed it.
    pub deployed_by: String,
    /// When it was asked for (UTC).
    #[schemars(with = "String")]
    pub since: Timestamp,
}

/// Why a deployment was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeployFailure {
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// The version it was for.
    pub model: String,
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Why.
    pub problem: Problem,
}

/// What happened to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A version began to answer.
    Deployed,
    /// A version could not be loaded; what answered before still did.
    Failed,
    /// The endpoint was stopped.
    Stopped,
}

/// One entry of an endpoint's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointEvent {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// What happened.
    pub event: EventKind,
    /// Who asked for it.
    pub actor: String,
    /// The model version, e.g. `models:/churn/3`.
    pub model: String,
    /// The deployment.
    pub deployment_id: DeploymentId,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Endpoint {
    /// Its name.
    pub name: String,
    /// What it answers with; absent when it is stopped or was never ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Serving>,
    /// What it is to answer with as soon as that is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Serving>,
    /// The last deployment that was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<DeployFailure>,
    /// When it was made (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When it last changed (UTC).
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// What happened to it, the newest first.
    pub history: Vec<EndpointEvent>,
}

impl Endpoint {
    pub(super) fn new(name: &str, now: Timestamp) -> Self {
        let name = name.to_owned();
        Self { name, current: None, pending: None, last_failure: None, created: now, updated: now, history: Vec::new() }
    }

    /// Whether the server process has anything to do for it.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.current.is_some() || self.pending.is_some()
    }

    /// The endpoint's name in lineage.
    #[must_use]
    pub fn asset(name: &str) -> String {
        format!("endpoint:{name}")
    }

    pub(super) fn note(&mut self, now: Timestamp, event: EventKind, actor: &str, serving: &Serving) {
        self.updated = now;
        let event = EndpointEvent {
            time: now,
            event,
            actor: actor.to_owned(),
            model: serving.model.clone(),
            deployment_id: serving.deployment_id.clone(),
        };
        self.history.insert(0, event);
        self.history.truncate(EVENTS_MAX);
    }
}

/// One deployment: everything needed to load the model again, and to read the rows it answered.
/// Never changes once written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id.
    pub deployment_id: DeploymentId,
    /// The endpoint.
    pub endpoint: String,
    /// The model version.
    pub model: ResolvedModel,
    /// SHA-256 of the model's file, hexadecimal.
    pub digest: String,
    /// The column it predicts; absent on records from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What it predicts.
    pub task: Task,
    /// The classes, in the order of the probabilities; empty for numbers.
    pub classes: Vec<String>,
    /// The columns it takes, in the order of a recorded row's values.
    pub features: Vec<Feature>,
}

/// Changes an endpoint's record and counts the change.
pub(super) fn change<E: From<StoreError>>(
    tx: &WriteTx<'_>,
    name: &str,
    now: Timestamp,
    change: impl FnOnce(&mut Endpoint) -> Result<(), E>,
) -> Result<Endpoint, E> {
    let mut endpoint = tx.get::<Endpoint>(ENDPOINTS, name)?.map_or_else(|| Endpoint::new(name, now), |record| record.body);
    change(&mut endpoint)?;
    endpoint.updated = now;
    tx.put(ENDPOINTS, name, None, None, &endpoint, now.as_millisecond())?;
    tx.next(CHANGES)?;
    Ok(endpoint)
}

impl Engine {
    /// Every endpoint there is or was, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn endpoints(&self) -> Result<Vec<Endpoint>, Problem> {
        let records = self.store.read::<_, StoreError>(|tx| tx.list::<Endpoint>(ENDPOINTS, &Query::default()))?;
        Ok(records.into_iter().map(|record| record.body).collect())
    }

    /// A number that grows with each change to an endpoint.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn endpoints_revision(&self) -> Result<u64, Problem> {
        Ok(self.store.read::<_, StoreError>(|tx| tx.counter(CHANGES))?)
    }

    /// The endpoint of that name, running or stopped.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names.
    pub fn known_endpoint(&self, name: &str) -> Result<Endpoint, Problem> {
        if let Some(record) = self.store.read::<_, StoreError>(|tx: &ReadTx<'_>| tx.get::<Endpoint>(ENDPOINTS, name))? {
            return Ok(record.body);
        }
        let known = self.endpoints()?;
        let mut hint = names::did_you_mean(name, known.iter().map(|endpoint| endpoint.name.as_str()));
        if hint.is_empty() {
            hint = "no endpoint was deployed yet: deploy_endpoint makes one".to_owned();
        }
        Err(Problem::new(ErrorCode::NotFound, format!("there is no endpoint {name:?}")).hint(hint).field("endpoint"))
    }
}
