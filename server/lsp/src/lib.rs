//! The Language Server Protocol: what `mlwright-language` knows of a text, and the operations, for any editor.
//!
//! It converts, calls, converts: what a text means is [`mlwright_language::Document`]'s, what an operation does is
//! [`mlwright_operations`]'s. One thread owns the session and never waits: documents change on it in the order in which
//! changes arrive, requests are answered by workers from immutable snapshots, and what is asked of the client is
//! answered by a later event. That is why the transport is `lsp-server`'s messages and not an async framework: there a
//! handler's first `await` lets later changes overtake, and awaiting the client inside a handler stops the server.
//!
//! Start with [`session`], which is that thread, then `requests`, which is the table of what is served.

mod capabilities;
mod client;
mod commands;
mod convert;
mod diagnostics;
mod documents;
mod edits;
mod features;
mod inline;
mod requests;
pub mod session;
mod source;
mod transport;
mod uri;
mod watch;
mod workers;

pub use session::{Ended, Start, serve};
pub use source::{Asked, Source, Workspaces, World};
