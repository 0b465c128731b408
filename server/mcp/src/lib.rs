//! The Model Context Protocol over stdio and HTTP: every operation as a tool, tables, profiles, runs,
//! models and reports as resources, a prompt per stage, completion of names, interactive views.
//!
//! It converts, calls, converts: what an operation means is not known here, tools come from
//! [`mlwright_operations::all`]. rmcp speaks both eras of the protocol (2026-07-28, and the ones
//! with `initialize`). Start with [`server`], then `calls`, which runs one operation.

mod answer;
mod caller;
mod calls;
mod completion;
mod confirm;
pub mod http;
mod names;
mod progress;
mod prompts;
mod resources;
pub mod server;
mod skills;
pub mod stdio;
mod tasks;
pub mod tools;
mod uri;
mod views;
mod watch;

pub use caller::{Caller, Offer};
pub use server::Server;
pub use stdio::serve;
