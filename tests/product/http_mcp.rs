//! MCP over HTTP: clients with a token take a table through the whole loop, and tokens reach as far as they were made for.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mlwright_tests::{Ended, Workspace, program, python};
use serde_json::{Value, json};

/// How long a server may take to answer.
const START_TIME_MAX: Duration = Duration::from_secs(20);
/// How long a stream may go on after its token was revoked.
const REVOKED_TIME_MAX: Duration = Duration::from_secs(5);

/// The server of a workspace, ended with it.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(workspace: &Workspace) -> Self {
        let mut command = workspace.command(&["serve", "--port", "0"]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
        let until = Instant::now() + START_TIME_MAX;
        loop {
            if let Some((_, root)) = workspace.server()
                && agent().get(format!("{root}/ping")).call().is_ok_and(|answer| answer.status() == 200)
            {
                return Self { process, url: format!("{root}/mcp") };
            }
            assert!(Instant::now() < until, "the server does not answer");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).http_status_as_error(false).build().into()
}

/// A new token: the only line that the command writes to stdout.
fn token(workspace: &Workspace, name: &str, scopes: &str) -> String {
    let ended = workspace.run(&["token", "create", "--name", name, "--scopes", scopes]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut lines = ended.stdout.lines();
    let token = lines.next().expect("a token").to_owned();
    assert!(lines.next().is_none() && token.len() >= 32 && !token.contains(char::is_whitespace), "{ended:?}");
    token
}

fn ended_well(mut client: Command) -> String {
    let ended = Ended::of(client.output().expect("the client starts"));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
    ended.stdout
}

fn lifecycle(workspace: &Workspace, table: &str, target: &str, mode: &str) {
    let server = Server::start(workspace);
    let token = token(workspace, "lifecycle", "read,write,deploy");
    let mut client = python("http_lifecycle.py");
    client.arg(program()).arg(workspace.path()).args([table, target, &server.url, &token, mode]);
    ended_well(client);
}

#[test]
fn the_python_client_takes_telco_from_csv_to_drift_in_a_session() {
    lifecycle(&Workspace::telco(), "telco.csv", "Churn", "legacy");
}

#[test]
fn the_python_client_takes_housing_from_csv_to_drift_without_a_session() {
    lifecycle(&Workspace::housing(), "housing.csv.gz", "median_house_value", "auto");
}

#[test]
fn fastmcp_takes_telco_from_csv_to_predictions() {
    let workspace = Workspace::telco();
    let server = Server::start(&workspace);
    let token = token(&workspace, "fastmcp", "read,write,deploy");
    let mut client = python("http_fastmcp.py");
    client.args(["telco.csv", "Churn", &server.url, &token]);
    let said = ended_well(client);
    assert!(said.contains("tools in the era 2026-07-28"), "{said}");
}

/// A client of the older era that looks at every answer as it is.
struct Client {
    agent: ureq::Agent,
    url: String,
    token: String,
    session: String,
}

impl Client {
    /// Opens a session.
    fn open(url: &str, token: &str) -> Self {
        let mut client = Self { agent: agent(), url: url.to_owned(), token: token.to_owned(), session: String::new() };
        let about = json!({ "name": "raw", "version": "1" });
        let answer = client.post(&json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": about },
        }));
        assert_eq!(answer.status(), 200, "{answer:?}");
        client.session = answer.headers()["mcp-session-id"].to_str().expect("an id").to_owned();
        let initialized = client.post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        assert_eq!(initialized.status(), 202, "{initialized:?}");
        client
    }

    fn post(&self, message: &Value) -> ureq::http::Response<ureq::Body> {
        let mut request = self.agent.post(&self.url);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if !self.session.is_empty() {
            request = request.header("mcp-session-id", &self.session);
        }
        let request = request.header("content-type", "application/json").header("accept", "application/json, text/event-stream");
        request.send(message.to_string()).expect("the server answers")
    }

    /// Calls a tool; the status and the message.
    fn call(&self, tool: &str, arguments: &Value) -> (u16, Value) {
        self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }))
    }

    /// Asks; the status and the message.
    fn ask(&self, method: &str, params: &Value) -> (u16, Value) {
        let mut answer = self.post(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        let text = answer.body_mut().read_to_string().expect("a text");
        let message = text.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap_or(&text);
        (answer.status().as_u16(), serde_json::from_str(message).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    /// The stream on which the server sends what was not asked for.
    fn listen(&self) -> ureq::http::Response<ureq::Body> {
        let request = self.agent.get(&self.url).header("authorization", format!("Bearer {}", self.token));
        let stream = request.header("mcp-session-id", &self.session).header("accept", "text/event-stream").call();
        let stream = stream.expect("the server answers");
        assert_eq!(stream.status(), 200, "{stream:?}");
        stream
    }
}

#[test]
fn a_token_that_is_missing_or_wrong_is_told_where_to_get_one() {
    let workspace = Workspace::telco();
    let server = Server::start(&workspace);
    let good = token(&workspace, "good", "read");
    let root = server.url.trim_end_matches("/mcp");
    let metadata = format!("{root}/.well-known/oauth-protected-resource/mcp");
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for (token, challenge) in [
        (String::new(), format!("Bearer resource_metadata=\"{metadata}\"")),
        (format!("{good}x"), format!("Bearer error=\"invalid_token\", resource_metadata=\"{metadata}\"")),
    ] {
        let client = Client { agent: agent(), url: server.url.clone(), token, session: String::new() };
        let answer = client.post(&ping);
        assert_eq!(answer.status(), 401, "{answer:?}");
        assert_eq!(answer.headers()["www-authenticate"], challenge, "{answer:?}");
    }
    let mut described = agent().get(&metadata).call().expect("the server answers");
    let described: Value = serde_json::from_str(&described.body_mut().read_to_string().expect("a text")).expect("JSON");
    assert_eq!(described["resource"], server.url, "{described}");
    assert_eq!(described["scopes_supported"], json!(["read", "write", "deploy", "admin"]), "{described}");
}

#[test]
fn a_revoked_token_is_refused_at_once_and_its_streams_end() {
    let workspace = Workspace::telco();
    let server = Server::start(&workspace);
    let (lost, kept) = (token(&workspace, "lost", "read"), token(&workspace, "kept", "read"));
    let (lost, kept) = (Client::open(&server.url, &lost), Client::open(&server.url, &kept));
    for client in [&lost, &kept] {
        assert_eq!(client.call("list_tables", &json!({})).0, 200);
    }
    let mut stream = lost.listen();
    let ended = workspace.run(&["token", "revoke", "lost"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let revoked = Instant::now();
    assert_eq!(lost.call("list_tables", &json!({})).0, 401);
    let mut rest = Vec::new();
    stream.body_mut().as_reader().read_to_end(&mut rest).expect("the stream ends as a stream does");
    assert!(revoked.elapsed() < REVOKED_TIME_MAX, "the stream went on for {:?}", revoked.elapsed());
    assert_eq!(kept.call("list_tables", &json!({})).0, 200);
}

#[test]
fn a_token_that_may_read_is_refused_what_writes_and_the_audit_knows() {
    let workspace = Workspace::telco();
    let server = Server::start(&workspace);
    let client = Client::open(&server.url, &token(&workspace, "reader", "read"));
    let (status, told) = client.call("describe_table", &json!({ "table": "telco.csv" }));
    assert_eq!((status, &told["result"]["structuredContent"]["n_rows"]), (200, &json!(7_043)), "{told}");
    let (_, listed) = client.ask("tools/list", &json!({}));
    let names: Vec<&str> = listed["result"]["tools"].as_array().expect("tools").iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert!(names.contains(&"describe_table") && !names.contains(&"train"), "{names:?}");
    let (status, told) = client.call("train", &json!({ "table": "telco.csv", "target": "Churn" }));
    assert_eq!(status, 403, "{told}");
    assert!(told["error"]["message"].as_str().is_some_and(|said| said.contains("write")), "{told}");
    let jobs = workspace.ok(&["list-jobs"]);
    assert_eq!(jobs["jobs"], json!([]), "{jobs}");
    let audit = workspace.ok(&["audit-log", "--filter", "train"]);
    let records = audit["records"].as_array().expect("records");
    let told: Vec<_> = records.iter().map(|record| (record["outcome"].as_str(), record["code"].as_str(), record["actor"]["name"].as_str())).collect();
    let who = Some("mcp for reader");
    assert_eq!(told, [(Some("failed"), Some("refused"), who), (Some("started"), None, who)], "{audit}");
}
