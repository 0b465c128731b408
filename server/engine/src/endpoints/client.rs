//! Asking the server process of this workspace, over loopback.

use std::time::{Duration, Instant};

use mlwright_base::{DeploymentId, ErrorCode, Problem};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::process::ServerRecord;
use super::status::ServerStatus;
use crate::engine::Engine;
use crate::serving::PredictionSet;

/// How long the server may take to say who it is.
const HELLO_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the server may take to write down what it answered.
const RECORDED_TIMEOUT: Duration = Duration::from_secs(1);
/// The pause between two looks at that.
const RECORDED_POLL: Duration = Duration::from_millis(10);
/// How long the server may take to load what changed.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the server may take to predict.
const PREDICT_TIMEOUT: Duration = Duration::from_secs(120);
/// The most bytes that are read of an answer.
const ANSWER_BYTES_MAX: u64 = 512 << 20;

/// A server process that was found and answered as the one that is on record.
#[derive(Debug, Clone)]
pub struct RunningServer {
    record: ServerRecord,
}

/// What `GET /version` says.
#[derive(Deserialize)]
struct Hello {
    instance_id: String,
}

/// What `GET /endpoints/NAME` says, as far as it matters here.
#[derive(Deserialize)]
struct Answering {
    deployment_id: DeploymentId,
}

/// What `GET /health` says, as far as it matters here.
#[derive(Deserialize)]
struct Health {
    rows_waiting: usize,
    #[serde(default)]
    broken_endpoints: Vec<String>,
    #[serde(default)]
    inference_log: String,
}

/// What is wrong with a server process that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Troubles {
    /// Endpoints that are deployed but cannot answer.
    pub broken_endpoints: Vec<String>,
    /// Why answers are not recorded; `None` when they are.
    pub inference_log: Option<String>,
}

#[derive(Clone, Copy)]
enum Method<'a> {
    Get,
    Post(&'a Json),
}

impl RunningServer {
    /// Asks the process on record who it is. Whatever else listens on its port by now does not know
    /// the instance's id.
    pub(super) fn reach(record: ServerRecord) -> Option<Self> {
        let (status, body) = send(&record, "/version", Method::Get, HELLO_TIMEOUT).ok()?;
        let hello: Hello = serde_json::from_slice(&body).ok().filter(|_| status == 200)?;
        (hello.instance_id == record.instance_id).then_some(Self { record })
    }

    /// The problem that no server runs.
    pub(crate) fn absent() -> Problem {
        Problem::new(ErrorCode::Unavailable, "the server process of this workspace does not run")
            .hint("`mlwright serve` starts it with every deployed endpoint; so does deploy_endpoint")
    }

    /// What is on record of it.
    pub(super) fn record(&self) -> &ServerRecord {
        &self.record
    }

    /// As it is shown.
    #[must_use]
    pub fn status(&self) -> ServerStatus {
        let ServerRecord { url, pid, version, started, .. } = &self.record;
        ServerStatus { url: url.clone(), pid: *pid, version: version.clone(), started: *started }
    }

    /// Where an endpoint takes requests.
    #[must_use]
    pub fn invocations(&self, endpoint: &str) -> String {
        format!("{}/endpoints/{}/invocations", self.record.url, encoded(endpoint))
    }

    /// Asks an endpoint.
    ///
    /// # Errors
    /// What the endpoint answers, or [`ErrorCode::Unavailable`].
    pub fn invoke(&self, endpoint: &str, rows: &[Map<String, Json>]) -> Result<PredictionSet, Problem> {
        let path = format!("/endpoints/{}/invocations", encoded(endpoint));
        let request = json!({ "dataframe_records": rows });
        let (status, body) = send(&self.record, &path, Method::Post(&request), PREDICT_TIMEOUT)?;
        if status == 200 {
            return serde_json::from_slice(&body).map_err(|error| unexpected(&format!("an answer that cannot be read ({error})")));
        }
        Err(serde_json::from_slice::<Problem>(&body).unwrap_or_else(|_| unexpected(&format!("status {status}"))))
    }

    /// The deployment that an endpoint answers with; `None` when it does not answer.
    pub(super) fn answering(&self, endpoint: &str) -> Result<Option<DeploymentId>, Problem> {
        let (status, body) = send(&self.record, &format!("/endpoints/{}", encoded(endpoint)), Method::Get, HELLO_TIMEOUT)?;
        match status {
            200 => {
                let answering: Answering = serde_json::from_slice(&body).map_err(|_| unexpected("an answer that cannot be read"))?;
                Ok(Some(answering.deployment_id))
            }
            _ => Ok(None),
        }
    }

    /// What the server says is wrong with it; an error when it does not say.
    pub fn troubles(&self) -> Result<Troubles, Problem> {
        let (_, body) = send(&self.record, "/health", Method::Get, HELLO_TIMEOUT)?;
        let Health { broken_endpoints, inference_log, .. } =
            serde_json::from_slice(&body).map_err(|_| unexpected("an answer that cannot be read"))?;
        Ok(Troubles { broken_endpoints, inference_log: Some(inference_log).filter(|said| !said.is_empty() && said != "ok") })
    }

    /// Waits until everything that was answered so far is in the inference tables; not longer than a
    /// moment, so that neither a busy server nor a full disk keeps anybody from reading what is there.
    pub(crate) fn await_records(&self) {
        let until = Instant::now() + RECORDED_TIMEOUT;
        let rows_waiting = || {
            let left = Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())?;
            let (_, body) = send(&self.record, "/health", Method::Get, left).ok()?;
            serde_json::from_slice::<Health>(&body).ok().map(|health| health.rows_waiting)
        };
        let Some(first) = rows_waiting() else { return };
        let (mut n_written, mut before) = (0, first);
        // Rows are written in the order they arrive: once as many as waited at first are gone, those are.
        while before > 0 && n_written < first {
            std::thread::sleep(RECORDED_POLL);
            let Some(waiting) = rows_waiting() else { return };
            n_written += before.saturating_sub(waiting);
            before = waiting;
        }
    }

    /// Asks the server to look at the records at once; it does so within moments anyway.
    pub(super) fn reload(&self) -> Result<(), Problem> {
        self.ask("/-/reload", RELOAD_TIMEOUT)
    }

    /// Asks the server to finish what it does and end.
    pub(super) fn stop(&self) -> Result<(), Problem> {
        self.ask("/-/stop", HELLO_TIMEOUT)
    }

    fn ask(&self, path: &str, timeout: Duration) -> Result<(), Problem> {
        let (status, _) = send(&self.record, path, Method::Post(&Json::Null), timeout)?;
        if (200..300).contains(&status) { Ok(()) } else { Err(unexpected(&format!("status {status}"))) }
    }
}

/// Sends one request; answers with status and body.
fn send(record: &ServerRecord, path: &str, method: Method<'_>, timeout: Duration) -> Result<(u16, Vec<u8>), Problem> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        // Loopback must not go through a proxy that the environment names.
        .proxy(None)
        .max_redirects(0)
        .timeout_global(Some(timeout));
    let agent: ureq::Agent = config.build().into();
    let url = format!("{}{path}", record.url);
    let sent = match method {
        Method::Get => agent.get(&url).call(),
        Method::Post(body) => agent.post(&url).header("authorization", record.authorization()).send_json(body),
    };
    let unreachable = |error: ureq::Error| {
        Problem::new(ErrorCode::Unavailable, format!("the server process at {} does not answer: {error}", record.url))
            .hint("its log is .mlwright/logs/server.log")
    };
    let mut response = sent.map_err(unreachable)?;
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(unreachable)?;
    Ok((response.status().as_u16(), body))
}

fn unexpected(what: &str) -> Problem {
    Problem::new(ErrorCode::Unavailable, format!("the server process answered {what}")).hint("its log is .mlwright/logs/server.log")
}

/// A name as a part of a path: names hold letters and digits of any script, `_`, `-` and `.`.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl Engine {
    /// The server process of this workspace, when it runs and answers.
    ///
    /// # Errors
    /// When the file that names it cannot be read.
    pub fn find_server(&self) -> Result<Option<RunningServer>, Problem> {
        Ok(self.server_on_record()?.and_then(RunningServer::reach))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_become_paths() {
        assert_eq!(encoded("churn-2.1_b"), "churn-2.1_b");
        assert_eq!(encoded("kundé"), "kund%C3%A9");
    }
}
