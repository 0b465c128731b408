//! The server process from its start to its end.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::middleware::{from_fn, from_fn_with_state};
use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::Engine;
use mlwright_engine::endpoints::ServerClaim;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::{App, no_store, panicked, router};
use crate::connections::{self, Limits};
use crate::guard::{self, Guard};
use crate::live::Live;
use crate::mount::{self, Host, Mount};
use crate::recorder::Recorder;

/// How long requests may take to finish once the server is to end.
const DRAIN: Duration = Duration::from_secs(5);
/// How often the rest of the inference log is tried to be written at the end.
const WRITES_AT_END_MAX: usize = 10;
/// Threads for large requests and operations.
const BLOCKING_THREADS_MAX: usize = 64;

/// Where to listen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServeOptions {
    /// Host name or address; that of `mlwright.toml` unless given, which is loopback by default.
    pub host: Option<String>,
    /// Port; that of `mlwright.toml` unless given, which is any free one by default.
    pub port: Option<u16>,
}

/// Serves a workspace until the process is asked to end (SIGTERM, Ctrl-C, `POST /-/stop`): loads every
/// endpoint, then listens, and writes its address to `.mlwright/run/server.json`.
///
/// # Errors
/// [`ErrorCode::Conflict`] when another server of the workspace runs, [`ErrorCode::Unavailable`] when
/// the port is taken or the host is not this machine's.
pub fn serve(engine: Arc<Engine>, options: ServeOptions, mounts: impl FnOnce(&Host) -> Vec<Mount>) -> Result<(), Problem> {
    let claim = engine.claim_server()?;
    runtime()?.block_on(run(engine, claim, options, mounts, asked_to_end()))
}

/// Serves what is mounted, without endpoints and without a place on the workspace's record, until the
/// process is asked to end. `listening` is given the server's address once it listens.
///
/// # Errors
/// [`ErrorCode::Unavailable`] when the port is taken or the host is not this machine's.
pub fn serve_mounts(
    engine: Arc<Engine>,
    options: ServeOptions,
    mounts: impl FnOnce(&Host) -> Vec<Mount>,
    listening: impl FnOnce(&str),
) -> Result<(), Problem> {
    runtime()?.block_on(async {
        let (host, port) = (options.host.unwrap_or_else(|| engine.settings().server.host.clone()), options.port.unwrap_or_default());
        let (listener, address, guard) = listen(&host, port).await?;
        let mounts = mounts(&Host { engine, owner_token: None, loopback: guard == Guard::Loopback });
        let router = mount::routes::<()>(mounts)
            .layer(from_fn_with_state(guard, guard::no_strangers))
            .layer(from_fn(no_store))
            .layer(CatchPanicLayer::custom(panicked));
        let (ending, is_ending) = watch::channel(false);
        listening(&format!("http://{}", shown_address(&host, address)));
        let cut_off = async {
            asked_to_end().await;
            ending.send_replace(true);
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            () = connections::serve(listener, router, Limits::default(), is_ending) => {}
            () = cut_off => {}
        }
        Ok(())
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("mlwright-http")
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("the server's threads cannot be started: {error}")))
}

async fn listen(host: &str, port: u16) -> Result<(TcpListener, SocketAddr, Guard), Problem> {
    let listener = bind(host, port).await?;
    let address = listener.local_addr().map_err(|error| Problem::new(ErrorCode::Storage, error.to_string()))?;
    let guard = Guard::of(address.ip());
    if guard == Guard::Anyone {
        tracing::warn!(%address, "listening beyond this machine: anybody who reaches it can ask");
    }
    Ok((listener, address, guard))
}

/// Serves until `end` is ready, the server is asked to stop, or its place is taken.
pub(crate) async fn run(
    engine: Arc<Engine>,
    claim: ServerClaim,
    options: ServeOptions,
    mounts: impl FnOnce(&Host) -> Vec<Mount>,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Problem> {
    let settings = engine.settings().server.clone();
    let (host, port) = (options.host.unwrap_or(settings.host), options.port.unwrap_or(settings.port));
    let (listener, address, guard) = listen(&host, port).await?;

    let live = Arc::new(Live::new(engine.clone()));
    let loading = live.clone();
    tokio::task::spawn_blocking(move || loading.reconcile())
        .await
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the endpoints could not be loaded: {error}")))??;
    let (recorder, writer) = Recorder::new(engine.clone());
    let written = std::thread::spawn(move || writer.run(WRITES_AT_END_MAX));
    let identity = claim.announce(&engine, &shown_host(&host, address), address.port())?;
    let stop = Arc::new(Notify::new());

    let claim = Arc::new(claim);
    let ended = Arc::new(AtomicBool::new(false));
    let following = std::thread::spawn({
        let (live, claim, ended, stop) = (live.clone(), claim.clone(), ended.clone(), stop.clone());
        move || live.follow(&claim, &ended, || stop.notify_one())
    });
    tracing::info!(url = identity.url, endpoints = live.states().len(), "serving");

    let (ending, mut is_ending) = watch::channel(false);
    let waiting = tokio::spawn({
        let (claim, stop) = (claim.clone(), stop.clone());
        async move {
            tokio::select! {
                () = end => {}
                () = stop.notified() => {}
            }
            // From here on a new server may be started: it waits until this one is gone.
            claim.withdraw();
            ending.send_replace(true);
        }
    });
    let mounts = mounts(&Host { engine: engine.clone(), owner_token: Some(identity.token.clone()), loopback: guard == Guard::Loopback });
    let app = Arc::new(App::new(engine, live, recorder.clone(), guard, identity, stop));
    let served = connections::serve(listener, router(app, mounts), Limits::default(), is_ending.clone());
    let cut_off = async {
        let _ = is_ending.wait_for(|ending| *ending).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = served => {}
        () = cut_off => tracing::warn!("requests that were still running were cut off"),
    }

    waiting.abort();
    ended.store(true, Ordering::Release);
    recorder.close();
    let finished = tokio::task::spawn_blocking(move || written.join().is_ok() && following.join().is_ok()).await;
    drop(claim);
    if !finished.unwrap_or(false) {
        return Err(Problem::new(ErrorCode::Internal, "a thread of the server hit a defect").hint("please report it with the server's log"));
    }
    tracing::info!("ended");
    Ok(())
}

async fn bind(host: &str, port: u16) -> Result<TcpListener, Problem> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    TcpListener::bind((bare, port)).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program has the port; choose another one, or 0 for any free one",
            std::io::ErrorKind::PermissionDenied => "ports below 1024 are reserved; choose a higher one",
            _ => "the host must be an address of this machine, such as 127.0.0.1",
        };
        Problem::new(ErrorCode::Unavailable, format!("cannot listen on {host}:{port}: {error}")).hint(hint)
    })
}

/// The host as clients write it: the name that was asked for, but an address where a name could mean
/// several.
fn shown_host(host: &str, address: SocketAddr) -> String {
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(_) => host.to_owned(),
        Err(_) => address.ip().to_string(),
    }
}

fn shown_address(host: &str, address: SocketAddr) -> String {
    let host = shown_host(host, address);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.contains(':') { format!("[{bare}]:{}", address.port()) } else { format!("{bare}:{}", address.port()) }
}

/// Ready when the process is asked to end.
async fn asked_to_end() {
    let ctrl_c = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C is not heard");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not heard");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminate => {}
    }
}
