//! The server process: endpoints that answer predictions, and every operation over REST.
//!
//! An adapter: requests are read, the engine is called, answers are written. It keeps no state but
//! what is loaded; what is to be served is in the engine's records, which [`live`] follows.
//!
//! | route | answers |
//! |---|---|
//! | `POST /endpoints/NAME/invocations` | predictions for JSON (`dataframe_split`, `dataframe_records`, `instances`, `inputs`) or CSV |
//! | `GET /endpoints`, `GET /endpoints/NAME` | what is loaded |
//! | `GET /ping`, `/health`, `/version`, `/metrics` | whether it lives, whether it is well, who it is, Prometheus metrics |
//! | `GET /api/operations`, `POST /api/operations/NAME` | the operations; calling one needs a bearer token with the operation's scope |
//! | `POST /-/reload`, `POST /-/stop` | looks at the records now; ends; both need a token with the scope `admin` |
//! | what is mounted ([`mount`]) | another protocol on the same address, which has its own rules about tokens |
//!
//! It listens on loopback unless told otherwise, refuses requests that a foreign web page made
//! ([`guard`]), and answers every failure with a `Problem` as JSON.
//!
//! Start with [`server::serve`], then `connections` for how clients are kept within bounds, [`app`] for the
//! routes and [`invocations`] for a request's way.

pub mod access;
pub mod answer;
pub mod app;
pub mod body;
mod connections;
pub mod endpoints;
pub mod guard;
pub mod invocations;
pub mod live;
pub mod metrics;
pub mod mount;
pub mod name;
pub mod operations;
pub mod recorder;
pub mod server;
#[cfg(test)]
mod tests;

pub use mount::{Host, Mount};
pub use server::{ServeOptions, serve, serve_mounts};
