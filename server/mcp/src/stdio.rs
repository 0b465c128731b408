//! The process that an assistant starts.

use std::path::PathBuf;

use mlwright_base::Problem;
use mlwright_mcp_transport::{SessionEnd, stdio};

use crate::caller::Caller;
use crate::calls::Opened;
use crate::server::Server;

/// Serves one client on stdin and stdout until it closes stdin. The workspace is opened by the first
/// call, so that listing the tools waits for nothing.
///
/// # Errors
/// When the client does not open a session or the pipes fail.
pub fn serve(workspace: PathBuf, caller: Caller) -> Result<(), Problem> {
    let end = SessionEnd::default();
    stdio::serve(Server::for_caller(Opened::later(workspace), caller, end.clone()), end)
}
