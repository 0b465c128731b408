//! How endpoints and the server process stand, as operations answer it.

use jiff::Timestamp;
use mlwright_base::{DeploymentId, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::RunningServer;
use super::record::{DeployFailure, Endpoint, EndpointEvent};
use crate::engine::Engine;

/// Whether an endpoint answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndpointState {
    /// It answers.
    Serving,
    /// Its first model is being loaded.
    Starting,
    /// It is deployed, but the server process does not run: `mlwright serve` starts it.
    Down,
    /// It was stopped.
    Stopped,
}

impl EndpointState {
    /// The state as it is written, e.g. `serving`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Starting => "starting",
            Self::Down => "down",
            Self::Stopped => "stopped",
        }
    }
}

/// An endpoint as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointStatus {
    /// Its name.
    pub name: String,
    /// Whether it answers.
    pub state: EndpointState,
    /// Where to POST requests; absent while no server runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The model address that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The version that answers; it stays until the next deployment, wherever the alias moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// SHA-256 of the model's file, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<DeploymentId>,
    /// When it was first deployed (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When it last changed (UTC).
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// The last deployment that was given up, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<DeployFailure>,
    /// What happened to it, the newest first.
    pub history: Vec<EndpointEvent>,
    /// What a deployment just made changes for clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl EndpointStatus {
    pub(crate) fn of(endpoint: Endpoint, server: Option<&RunningServer>) -> Self {
        let state = match (&endpoint.current, &endpoint.pending) {
            (None, None) => EndpointState::Stopped,
            _ if server.is_none() => EndpointState::Down,
            (Some(_), _) => EndpointState::Serving,
            (None, Some(_)) => EndpointState::Starting,
        };
        let url = server.filter(|_| state != EndpointState::Stopped).map(|server| server.invocations(&endpoint.name));
        let shown = endpoint.current.or(endpoint.pending);
        let (asked, model, digest, deployment_id) = match shown {
            Some(serving) => (Some(serving.asked), Some(serving.model), Some(serving.digest), Some(serving.deployment_id)),
            None => (None, None, None, None),
        };
        Self {
            name: endpoint.name,
            state,
            url,
            asked,
            model,
            digest,
            deployment_id,
            created: endpoint.created,
            updated: endpoint.updated,
            last_failure: endpoint.last_failure,
            history: endpoint.history,
            warnings: Vec::new(),
        }
    }
}

/// The server process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerStatus {
    /// Its address.
    pub url: String,
    /// Its process id.
    pub pid: u32,
    /// The version of mlwright it runs.
    pub version: String,
    /// When it started (UTC).
    #[schemars(with = "String")]
    pub started: Timestamp,
}

/// Every endpoint, and the server process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointList {
    /// The endpoints, by name.
    pub endpoints: Vec<EndpointStatus>,
    /// The server process; absent when none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerStatus>,
}

/// An endpoint that was stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoppedEndpoint {
    /// The endpoint as it stands now.
    pub endpoint: EndpointStatus,
    /// Endpoints that are still deployed.
    pub n_left: usize,
    /// The server process, when it goes on: one that `mlwright serve` started does, one that a
    /// deployment started ends with its last endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerStatus>,
}

impl Engine {
    /// Every endpoint there is or was, and the server process.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list_endpoints(&self) -> Result<EndpointList, Problem> {
        let server = self.find_server()?;
        let endpoints = self.endpoints()?;
        Ok(EndpointList {
            endpoints: endpoints.into_iter().map(|endpoint| EndpointStatus::of(endpoint, server.as_ref())).collect(),
            server: server.as_ref().map(RunningServer::status),
        })
    }
}
