//! Endpoints: a name under which a model version answers over HTTP.
//!
//! What is to be served is a record; who serves it is the server process (`mlwright serve`), which
//! follows the records. Deploying writes the intent (`pending`), makes sure that a server runs, and
//! waits until it answers with the new deployment. The server loads and tries the model, and only
//! then makes the deployment the current one, so the version before it answers until the new one
//! can; a deployment that cannot be loaded changes nothing but `last_failure`. All of it holds when
//! any of the processes dies at any moment: a server that starts takes up what is pending.
//!
//! Collections: `endpoints` (key: name) and `deployments` (key: id, parent: endpoint). The counter
//! `endpoints` counts changes, so that the server notices them by reading one number.

mod client;
mod deploy;
mod process;
mod promise;
mod record;
mod status;
#[cfg(test)]
mod tests;

pub use client::{RunningServer, Troubles};
pub use deploy::{DeployRequest, Deployed, StopRequest};
pub use process::{ServerClaim, ServerRecord};
pub(crate) use record::{DEPLOYMENTS, ENDPOINTS};
pub use record::{DeployFailure, Deployment, Endpoint, EndpointEvent, EventKind, Serving};
pub use status::{EndpointList, EndpointState, EndpointStatus, ServerStatus, StoppedEndpoint};
