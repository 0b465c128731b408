//! Connections: how many there may be at once, and how long each may keep us waiting.
//!
//! A client may connect and say nothing, send its request byte by byte, or not read its answer, and
//! there may be many such clients. So a request's head has to arrive within a time, which also ends
//! connections that nobody uses any more; an answer has to be taken within a time ([`patient`]); and
//! there are so many connections and no more: whoever comes then waits in the operating system's
//! queue until one ends. Bodies have their own limits, in [`crate::body`].

mod patient;
#[cfg(test)]
mod tests;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use patient::Patient;

/// The most connections at once: together with the files that the server has open itself, below the
/// 1,024 descriptors that most systems give a process.
const CONNECTIONS_MAX: usize = 512;
/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take nothing of the answer that it is sent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after a connection could not be accepted, mostly for want of descriptors.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most at once.
    pub(crate) connections_max: usize,
    /// From a connection's start, or from the answer before, to the end of a request's head.
    pub(crate) head_timeout: Duration,
    /// The longest that a client takes nothing of its answer.
    pub(crate) answer_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections_max: CONNECTIONS_MAX, head_timeout: HEAD_TIMEOUT, answer_timeout: ANSWER_TIMEOUT }
    }
}

/// Serves connections until `ending` becomes true; then takes no more, lets the requests that are
/// under way finish, and is ready when the last connection has ended.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: Limits, ending: watch::Receiver<bool>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout);
    // Makes the routes ready once, instead of with every request.
    let service = TowerToHyperService::new(router.with_state::<()>(()));
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let mut stop = ending.clone();
    loop {
        let place = async { (room.clone().acquire_owned().await, accept(&listener).await) };
        let (permit, stream) = tokio::select! {
            connected = place => connected,
            () = becomes_true(&mut stop) => break,
        };
        let connection = http.serve_connection(TokioIo::new(Patient::new(stream, limits.answer_timeout)), service.clone());
        let mut stop = ending.clone();
        tokio::spawn(async move {
            // Given back when the connection has ended.
            let _permit = permit;
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                biased;
                ended = connection.as_mut() => ended,
                () = becomes_true(&mut stop) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke off");
            }
        });
    }
    drop(listener);
    // Every connection holds one; the semaphore is never closed.
    let _ = room.acquire_many(u32::try_from(limits.connections_max).unwrap_or(u32::MAX)).await;
}

/// Ready when the value is true, or nobody is left who could say so.
async fn becomes_true(value: &mut watch::Receiver<bool>) {
    let _ = value.wait_for(|value| *value).await;
}

/// The next connection. What goes wrong with one client is nobody else's matter; when there are no
/// descriptors left, others may become free.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers go out at once, not when the next packet is full.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps its delay");
                }
                return stream;
            }
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}
