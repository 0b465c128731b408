//! The process that an assistant starts: protocol on stdin and stdout, logs on stderr.

use std::time::Duration;

use mlwright_base::{ErrorCode, Problem};
use rmcp::service::ServerInitializeError;
use rmcp::transport::io::stdio_pipes;
use rmcp::{ServerHandler, ServiceExt};

use crate::session_end::{NotingEnd, SessionEnd};
use lines::Lines;

mod lines;

/// How long running calls may go on after the client has gone. Jobs are processes of their own and
/// go on anyway.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_secs(2);
/// The longest message: a prediction request of the largest size, as JSON.
const MESSAGE_BYTES_MAX: usize = mlwright_base::limits::REQUEST_BYTES_MAX;
/// Threads that read, write and route messages. The work itself runs on blocking threads.
const WORKER_THREADS: usize = 2;

/// Serves one client until it closes stdin, which is noted in `end`.
///
/// # Errors
/// [`ErrorCode::Unavailable`] when the client does not open a session or the pipes fail.
pub fn serve<H: ServerHandler>(handler: H, end: SessionEnd) -> Result<(), Problem> {
    let unavailable = |message: String| Problem::new(ErrorCode::Unavailable, message);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .enable_all()
        .build()
        .map_err(|error| unavailable(format!("cannot start the runtime: {error}")))?;
    let outcome = runtime.block_on(async {
        let (read, write) = stdio_pipes();
        let transport = Lines::new(NotingEnd::new(read, end), write, MESSAGE_BYTES_MAX);
        match handler.serve(transport).await {
            Ok(session) => {
                let reason = session.waiting().await.map_err(|error| unavailable(format!("the session broke off: {error}")))?;
                tracing::debug!(?reason, "the client closed the session");
                Ok(())
            }
            // A client that closes stdin before its first message has changed its mind.
            Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(unavailable(format!("the client did not open a session: {error}"))),
        }
    });
    runtime.shutdown_timeout(SHUTDOWN_TIME_MAX);
    outcome
}
