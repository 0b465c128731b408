//! Every operation of mlwright, defined once: name, text, typed input and output, effect.
//!
//! MCP tools, commands, HTTP routes, editor commands and the reference pages are all made from
//! [`registry`]; this crate knows none of them. Start with [`operation::Operation`], then look at
//! any file named for a stage of the lifecycle.

pub mod answer;
pub mod bounds;
pub mod catalog;
pub mod jobs;
mod lenient;
pub mod operation;
pub mod registry;
pub mod schema;
pub mod summary;

mod deploy;
mod evaluate;
mod explore;
mod monitor;
mod platform;
mod prepare;
mod register;
mod train;

pub use answer::{Answer, Image};
pub use jobs::finished;
pub use operation::{Context, Effect, Operation, Stage};
pub use registry::{CONFIRM, Registered, all, call, find};
pub use summary::Summary;
