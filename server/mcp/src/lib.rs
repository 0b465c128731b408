//! The Model Context Protocol over stdio: every operation as a tool, tables, profiles, runs,
//! models and reports as resources, a prompt per stage, completion of names.
//!
//! It converts, calls, converts: what an operation means is not known here, tools come from
//! [`mlwright_operations::all`]. rmcp speaks both eras of the protocol (2026-07-28, and the ones
//! with `initialize`). Start with [`server`], then `calls`, which runs one operation.

mod answer;
mod calls;
mod completion;
mod names;
mod progress;
mod prompts;
mod resources;
pub mod server;
pub mod stdio;
pub mod tools;
mod uri;

pub use server::{Options, Server};
pub use stdio::serve;
