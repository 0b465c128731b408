//! The server process: one per workspace, found by a file, known by its instance's id.
//!
//! `.mlwright/run/server.lock` is locked by the process while it lives, however it ends, so there is
//! never a second one. `server.json` says where it listens; it may be stale after a crash, and the
//! process id or the port in it may be somebody else's by then, so whoever reads it asks
//! `GET /version` for the instance's id. `server-start.lock` is held by whoever starts a server, so
//! that two deployments at once start one.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mlwright_base::system::files::{self, FileLock};
use mlwright_base::system::process::{self, Standing};
use mlwright_base::{ErrorCode, Problem, RequestId};
use rand::RngCore;
use serde::{Deserialize, Serialize};

use super::client::RunningServer;
use crate::call::Call;
use crate::engine::Engine;

const RECORD: &str = "server.json";
const LOCK: &str = "server.lock";
const START_LOCK: &str = "server-start.lock";
/// Names the instance that a deployment started: it ends with its last endpoint.
const BACKGROUND: &str = "server-background.json";
/// The server's log, below the workspace's logs.
const LOG: &str = "server.log";
/// Bytes of the log's end that a failed start repeats.
const LOG_TAIL_BYTES: usize = 600;

/// How long a server may take from being started to answering.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server waits for the one before it to end.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(20);
/// How long others wait for a server that was asked to end.
const END_TIMEOUT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(20);

/// Where the server process listens: the content of `.mlwright/run/server.json`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRecord {
    /// Tells this instance from every other.
    pub instance_id: String,
    /// Its process id.
    pub pid: u32,
    /// The host it listens on.
    pub host: String,
    /// The port it listens on.
    pub port: u16,
    /// The address that clients on this machine ask.
    pub url: String,
    /// What a client must know to call operations: only the workspace's owner can read it here.
    pub token: String,
    /// The version of mlwright.
    pub version: String,
    /// When it started (UTC).
    pub started: Timestamp,
}

impl ServerRecord {
    /// The value of the `Authorization` header that operations ask for.
    #[must_use]
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

impl std::fmt::Debug for ServerRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerRecord").field("instance_id", &self.instance_id).field("pid", &self.pid).field("url", &self.url).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Background {
    instance_id: String,
}

/// The right to be the workspace's server process, held until it is dropped.
#[derive(Debug)]
pub struct ServerClaim {
    run: PathBuf,
    instance_id: String,
    _lock: FileLock,
}

impl ServerClaim {
    /// Says where the server listens, once it does and every endpoint is loaded.
    ///
    /// # Errors
    /// When `server.json` cannot be written.
    pub fn announce(&self, engine: &Engine, host: &str, port: u16) -> Result<ServerRecord, Problem> {
        let mut secret = [0_u8; 32];
        rand::rngs::OsRng.fill_bytes(&mut secret);
        let record = ServerRecord {
            instance_id: self.instance_id.clone(),
            pid: process::id(),
            host: host.to_owned(),
            port,
            url: format!("http://{}:{port}", reachable(host)),
            token: hex::encode(secret),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: engine.now(),
        };
        let text = serde_json::to_vec_pretty(&record).map_err(|error| Problem::new(ErrorCode::Internal, error.to_string()))?;
        files::write_atomic_private(&self.run.join(RECORD), &text).map_err(|error| storage("write", RECORD, &error))?;
        Ok(record)
    }

    /// The instance's id.
    #[must_use]
    pub fn instance_id(&self) -> &str {
        &self.instance_id
    }

    /// Whether `server.json` still names this instance. When it does not, the workspace was removed
    /// or somebody wants the server gone.
    ///
    /// # Errors
    /// When the file cannot be read, which says nothing: a server with too many open files cannot.
    pub fn is_on_record(&self) -> Result<bool, Problem> {
        Ok(read_json::<ServerRecord>(&self.run.join(RECORD))?.is_some_and(|record| record.instance_id == self.instance_id))
    }

    /// Takes `server.json` away, so that nobody finds this instance any more.
    pub fn withdraw(&self) {
        if self.is_on_record().unwrap_or(false) {
            let gone = files::remove_file(&self.run.join(RECORD)).and_then(|()| files::remove_file(&self.run.join(BACKGROUND)));
            if let Err(error) = gone {
                tracing::warn!(%error, "the server's address could not be removed");
            }
        }
    }
}

impl Drop for ServerClaim {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// The host that a client on this machine connects to.
fn reachable(host: &str) -> String {
    match host {
        "0.0.0.0" | "" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        host if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
        host => host.to_owned(),
    }
}

impl Engine {
    /// Becomes the server process of this workspace. Waits for one that is ending.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when another one runs, with its address.
    pub fn claim_server(&self) -> Result<ServerClaim, Problem> {
        let run = self.workspace.run();
        let until = Instant::now() + CLAIM_TIMEOUT;
        loop {
            if let Some(lock) = files::try_lock(&run.join(LOCK)).map_err(|error| storage("lock", LOCK, &error))? {
                let instance_id = RequestId::generate().to_string();
                return Ok(ServerClaim { run, instance_id, _lock: lock });
            }
            if let Some(server) = self.find_server()? {
                let status = server.status();
                return Err(Problem::new(ErrorCode::Conflict, format!("a server of this workspace runs already: {} (process {})", status.url, status.pid))
                    .hint("use it, or end that process first"));
            }
            if Instant::now() >= until {
                return Err(Problem::new(ErrorCode::Unavailable, "another process holds the place of this workspace's server, but does not answer")
                    .hint("look for a hanging `mlwright serve` and end it"));
            }
            std::thread::sleep(POLL);
        }
    }

    /// The server process of this workspace, started in the background when none runs.
    pub(super) fn ensure_server(&self, call: &Call<'_>) -> Result<RunningServer, Problem> {
        if let Some(server) = self.find_server()? {
            return Ok(server);
        }
        let run = self.workspace.run();
        let until = Instant::now() + START_TIMEOUT;
        let _turn = loop {
            if let Some(turn) = files::try_lock(&run.join(START_LOCK)).map_err(|error| storage("lock", START_LOCK, &error))? {
                break turn;
            }
            if Instant::now() >= until {
                return Err(Problem::new(ErrorCode::Unavailable, "another process has been starting the server for too long").hint("try again"));
            }
            call.cancel.check()?;
            std::thread::sleep(POLL);
        };
        match self.find_server()? {
            Some(server) => Ok(server),
            None => self.start_server(call),
        }
    }

    fn start_server(&self, call: &Call<'_>) -> Result<RunningServer, Problem> {
        let directory = self.workspace.directory();
        let arguments = ["--workspace".to_owned(), directory.to_string_lossy().into_owned(), "serve".to_owned()];
        let log = self.workspace.logs().join(LOG);
        let written_before = files::stamp(&log).map_or(0, |stamp| stamp.size_bytes);
        let started = process::spawn_orphan(&self.program, &arguments, directory, &log)
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot start {}: {error}", self.program.display())))?;
        let until = Instant::now() + START_TIMEOUT;
        loop {
            if let Some(server) = self.find_server()? {
                if server.record().pid == started.pid() {
                    self.mark_background(server.record())?;
                }
                return Ok(server);
            }
            if started.standing() == Standing::Gone {
                // Somebody else's server may have been the reason.
                if let Some(server) = self.find_server()? {
                    return Ok(server);
                }
                return Err(Problem::new(ErrorCode::Unavailable, format!("the server process ended at once: {}", log_tail(&log, written_before)))
                    .hint("its log is .mlwright/logs/server.log; `mlwright serve` shows it in a terminal"));
            }
            if Instant::now() >= until {
                return Err(Problem::new(ErrorCode::Unavailable, format!("the server process does not answer after {} s", START_TIMEOUT.as_secs()))
                    .hint("its log is .mlwright/logs/server.log"));
            }
            call.cancel.check()?;
            std::thread::sleep(POLL);
        }
    }

    fn mark_background(&self, record: &ServerRecord) -> Result<(), Problem> {
        let mark = Background { instance_id: record.instance_id.clone() };
        let text = serde_json::to_vec(&mark).map_err(|error| Problem::new(ErrorCode::Internal, error.to_string()))?;
        files::write_atomic(&self.workspace.run().join(BACKGROUND), &text).map_err(|error| storage("write", BACKGROUND, &error))
    }

    /// Whether a deployment started this server, rather than a person.
    pub(super) fn is_background(&self, server: &RunningServer) -> bool {
        let mark = read_json::<Background>(&self.workspace.run().join(BACKGROUND));
        mark.is_ok_and(|mark| mark.is_some_and(|mark| mark.instance_id == server.record().instance_id))
    }

    /// Asks a server to end and waits until it has, unless it is this process.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when it does not end.
    pub(super) fn end_server(&self, server: &RunningServer) -> Result<(), Problem> {
        server.stop()?;
        if server.record().pid == process::id() {
            return Ok(());
        }
        let lock = self.workspace.run().join(LOCK);
        let until = Instant::now() + END_TIMEOUT;
        while Instant::now() < until {
            if files::try_lock(&lock).map_err(|error| storage("lock", LOCK, &error))?.is_some() {
                return Ok(());
            }
            // The next server may have the lock already.
            if self.server_on_record()?.is_some_and(|record| record.instance_id != server.record().instance_id) {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
        let ServerRecord { pid, .. } = server.record();
        Err(Problem::new(ErrorCode::Unavailable, format!("the server process {pid} was asked to end, and still has not after {} s", END_TIMEOUT.as_secs()))
            .hint("it may still be writing its inference log; its log is .mlwright/logs/server.log"))
    }

    /// What `server.json` says; `None` when there is none, or none that can be read.
    pub(super) fn server_on_record(&self) -> Result<Option<ServerRecord>, Problem> {
        read_json(&self.workspace.run().join(RECORD))
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<Option<T>, Problem> {
    match files::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(storage("read", &path.display().to_string(), &error)),
    }
}

fn storage(action: &str, what: &str, error: &std::io::Error) -> Problem {
    Problem::new(ErrorCode::Storage, format!("cannot {action} {what}: {error}"))
}

/// The last lines that were written to the server's log after its first `written_before` bytes.
fn log_tail(log: &std::path::Path, written_before: u64) -> String {
    let bytes = files::read(log).unwrap_or_default();
    let new = bytes.get(usize::try_from(written_before).unwrap_or(usize::MAX)..).unwrap_or_default();
    let text = String::from_utf8_lossy(&new[new.len().saturating_sub(LOG_TAIL_BYTES)..]).into_owned();
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    if lines.is_empty() { "it wrote nothing".to_owned() } else { lines.into_iter().rev().collect::<Vec<_>>().join(" / ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_reach_servers_that_listen_everywhere() {
        for (host, url) in [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("db.local", "db.local")] {
            assert_eq!(reachable(host), url);
        }
    }

    #[test]
    fn the_secret_does_not_reach_logs() {
        let record = ServerRecord {
            instance_id: "i".into(), pid: 1, host: "h".into(), port: 2, url: "u".into(), token: "s3cret".into(), version: "v".into(),
            started: Timestamp::UNIX_EPOCH,
        };
        assert!(!format!("{record:?}").contains("s3cret"));
    }
}
