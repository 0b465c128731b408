//! Who calls, through what surface, and how the call is cancelled and followed.

use mlwright_base::{CancelToken, ProgressSink};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Scopes;

/// The surface a call came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// The command line.
    Cli,
    /// A coding assistant over MCP.
    Mcp,
    /// The REST interface.
    Http,
    /// An editor over LSP.
    Lsp,
    /// The built-in agent.
    Agent,
    /// A job's own process.
    Job,
    /// The server process, on its own account (schedules, endpoints).
    Server,
}

/// Whoever acts: recorded with everything that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The user's or client's name, e.g. `ada` or `claude-code/2.1 for ada`.
    pub name: String,
    /// The surface the call came through.
    pub surface: Surface,
}

/// One call of the engine.
pub struct Call<'a> {
    /// Who calls.
    pub actor: &'a Actor,
    /// What whoever calls may do.
    pub scopes: Scopes,
    /// Cancelled when the caller no longer wants the answer.
    pub cancel: &'a CancelToken,
    /// Receives progress.
    pub progress: &'a dyn ProgressSink,
}
