use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::{ACCEPT, CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use http_body_util::BodyExt as _;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde_json::{Value, json};

use super::body::BODY_BYTES_MAX;
use super::room::SESSIONS_MAX;
use super::*;

/// Who may come in, and what was asked at the gate.
#[derive(Clone, Default)]
struct Door {
    admitted: Arc<Mutex<BTreeSet<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
    calls: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Guest {
    name: String,
    door: Door,
}

impl Principal for Guest {
    fn key(&self) -> String {
        self.name.clone()
    }

    fn is_still_admitted(&self) -> bool {
        self.door.admitted.lock().unwrap().contains(&self.name)
    }
}

impl Gate for Door {
    type Principal = Guest;

    fn admit(&self, token: Option<&str>) -> Result<Guest, Denied> {
        let name = token.ok_or(Denied::NoToken)?.to_owned();
        let guest = Guest { name, door: self.clone() };
        if guest.is_still_admitted() { Ok(guest) } else { Err(Denied::WrongToken) }
    }

    /// Readers may call everything but the tool `write`.
    fn permit(&self, guest: &Guest, method: &str, name: Option<&str>) -> Result<(), Denied> {
        self.asked.lock().unwrap().push(format!("{}: {method} {}", guest.name, name.unwrap_or_default()).trim_end().to_owned());
        if guest.name == "reader" && method == "tools/call" && name == Some("write") {
            return Err(Denied::Scope { needed: "write".to_owned(), said: "write needs the scope write".to_owned() });
        }
        Ok(())
    }
}

/// Has tools of any name, which say who called them.
struct Echo(Guest);

impl ServerHandler for Echo {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities).with_server_info(Implementation::new("echo", "1"))
    }

    async fn call_tool(&self, request: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        self.0.door.calls.fetch_add(1, Ordering::SeqCst);
        let said = format!("{} called {}", self.0.name, request.name);
        Ok(CallToolResult::success(vec![ContentBlock::text(said)]).into())
    }
}

/// A server that admits `alice`, `bob` and `reader`.
struct Server {
    door: Door,
    service: HttpService<Door, Echo>,
}

/// What was answered, read to its end.
#[derive(Debug)]
struct Told {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The message: the whole body, or the last event of a stream.
    fn message(&self) -> Value {
        let last = self.body.lines().filter_map(|line| line.strip_prefix("data:")).next_back();
        serde_json::from_str(last.unwrap_or(&self.body)).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn text(&self) -> String {
        self.message()["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }
}

fn initialize() -> String {
    let client = json!({ "name": "test", "version": "1" });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }).to_string()
}

fn call(tool: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "arguments": {} } }).to_string()
}

impl Server {
    fn new(hosts: Hosts) -> Self {
        let door = Door::default();
        door.admitted.lock().unwrap().extend(["alice", "bob", "reader"].map(str::to_owned));
        let service = HttpService::new(door.clone(), hosts, |guest: &Guest| Echo(guest.clone()));
        Self { door, service }
    }

    /// Asks with the headers of a client; a header given here replaces its own, an empty one removes it.
    async fn open(&self, method: Method, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let mut request = Request::builder().method(method).uri("/mcp").body(Full::new(body.into())).unwrap();
        let own = [(HOST.as_str(), "127.0.0.1:80"), (CONTENT_TYPE.as_str(), "application/json"), (ACCEPT.as_str(), "application/json, text/event-stream")];
        for (name, value) in own.iter().chain(headers) {
            let name = http::HeaderName::try_from(*name).unwrap();
            request.headers_mut().remove(&name);
            if !value.is_empty() {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        self.service.handle(request).await
    }

    async fn ask(&self, method: Method, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Told {
        let answer = self.open(method, headers, body).await;
        let (parts, body) = answer.into_parts();
        let body = tokio::time::timeout(Duration::from_secs(10), body.collect()).await.expect("the answer ends").unwrap();
        Told { status: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8(body.to_bytes().to_vec()).unwrap() }
    }

    async fn post(&self, token: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Told {
        let authorization = format!("Bearer {token}");
        self.ask(Method::POST, &[&[("authorization", authorization.as_str())], headers].concat(), body).await
    }

    /// Opens a session of the older era; its id.
    async fn session(&self, token: &str) -> String {
        let opened = self.post(token, &[], initialize()).await;
        assert_eq!(opened.status, 200, "{opened:?}");
        let id = opened.header("mcp-session-id").to_owned();
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
        assert_eq!(self.post(token, &[("mcp-session-id", &id)], initialized).await.status, 202);
        id
    }

    async fn n_sessions(&self, principal: &str) -> usize {
        let room = self.service.rooms.lock().unwrap()[principal].clone();
        room.n_sessions().await
    }

    fn n_calls(&self) -> usize {
        self.door.calls.load(Ordering::SeqCst)
    }
}

/// A request of the era without sessions: the headers and the body.
fn stateless(method: &str, params: &Value) -> (Vec<(&'static str, String)>, String) {
    let mut params = params.clone();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut headers = vec![("mcp-protocol-version", "2026-07-28".to_owned()), ("mcp-method", method.to_owned())];
    headers.extend(params["name"].as_str().map(|name| ("mcp-name", name.to_owned())));
    (headers, json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string())
}

async fn stateless_call(server: &Server, token: &str, tool: &str) -> Told {
    let (headers, body) = stateless("tools/call", &json!({ "name": tool, "arguments": {} }));
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    server.post(token, &headers, body).await
}

#[tokio::test]
async fn both_eras_are_answered_by_one_service() {
    let server = Server::new(Hosts::Loopback);
    assert_eq!(stateless_call(&server, "alice", "dance").await.text(), "alice called dance");
    let session = server.session("alice").await;
    let told = server.post("alice", &[("mcp-session-id", &session)], call("sing")).await;
    assert_eq!(told.text(), "alice called sing");
}

/// Clients that see one there take the end of the answer's stream for a broken connection.
#[tokio::test]
async fn the_events_of_an_answer_have_no_ids() {
    let server = Server::new(Hosts::Loopback);
    let session = server.session("alice").await;
    let told = server.post("alice", &[("mcp-session-id", &session)], call("sing")).await;
    assert_eq!(told.header("content-type"), "text/event-stream");
    assert!(told.body.contains("data:"), "{told:?}");
    assert!(!told.body.lines().any(|line| line.starts_with("id:")), "{told:?}");
}

#[tokio::test]
async fn who_has_no_good_token_is_told_how_to_get_further() {
    let server = Server::new(Hosts::Loopback);
    let metadata = "resource_metadata=\"http://127.0.0.1:80/.well-known/oauth-protected-resource/mcp\"";
    let told = server.ask(Method::POST, &[], initialize()).await;
    assert_eq!((told.status, told.header(WWW_AUTHENTICATE.as_str())), (401, format!("Bearer {metadata}").as_str()));
    assert_eq!(told.message()["id"], Value::Null);
    for wrong in ["Bearer mallory", "Bearer ", "Bearer alice,bob"] {
        let told = server.ask(Method::POST, &[("authorization", wrong)], initialize()).await;
        assert_eq!((told.status, told.header(WWW_AUTHENTICATE.as_str())), (401, format!("Bearer error=\"invalid_token\", {metadata}").as_str()), "{wrong}");
    }
    // Another scheme is as good as none; the scheme's case and the spaces after it mean nothing.
    assert_eq!(server.ask(Method::POST, &[("authorization", "Basic alice")], initialize()).await.status, 401);
    assert_eq!(server.ask(Method::POST, &[("authorization", "bEARER   alice ")], initialize()).await.status, 200);
    for method in [Method::GET, Method::DELETE, Method::OPTIONS] {
        assert_eq!(server.ask(method, &[], "").await.status, 401);
    }
    assert_eq!(server.n_calls(), 0);
}

#[tokio::test]
async fn a_tool_out_of_a_principals_reach_is_not_called_in_either_era() {
    let server = Server::new(Hosts::Loopback);
    let session = server.session("reader").await;
    let told = server.post("reader", &[("mcp-session-id", &session)], call("write")).await;
    assert_eq!(told.status, 403, "{told:?}");
    assert!(told.header(WWW_AUTHENTICATE.as_str()).starts_with("Bearer error=\"insufficient_scope\", scope=\"write\""), "{told:?}");
    assert_eq!(stateless_call(&server, "reader", "write").await.status, 403);
    assert_eq!(server.n_calls(), 0);
    assert_eq!(server.post("reader", &[("mcp-session-id", &session)], call("read")).await.text(), "reader called read");
    assert_eq!(stateless_call(&server, "alice", "write").await.text(), "alice called write");
    let asked = server.door.asked.lock().unwrap().clone();
    let expected = [
        "reader: initialize",
        "reader: tools/call write",
        "reader: tools/call write",
        "reader: tools/call read",
        "alice: tools/call write",
    ];
    assert_eq!(asked, expected);
}

/// Whatever reaches the handler went through the gate, however it was written.
#[tokio::test]
async fn no_way_of_writing_a_call_gets_past_the_gate() {
    let server = Server::new(Hosts::Loopback);
    let session = server.session("reader").await;
    let meta = r#""_meta":{}"#;
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wr\u0069te","arguments":{}}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"meth\u006fd":"tools/call","params":{"n\u0061me":"write","arguments":{}}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name":"write"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","name":"read"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"write"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/list","params":{"name":"write"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"},"params":{"name":"write"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["write"]}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[null,"write"]}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[null,"write",{},null,null]}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[{},"write",{},null,null]}"#.to_owned(),
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{meta},{meta},"name":"write"}}}}"#),
        format!("[{}]", call("write")),
        format!("\u{feff}{}", call("write")),
        format!("{}{}", call("read"), call("write")),
        format!("{}\n{}", call("read"), call("write")),
        r#"["2.0",1,"tools/call",{"name":"write"}]"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"},"result":{}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"},"error":{"code":1,"message":""}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"write"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":"write"}}"#.to_owned(),
    ] {
        for (name, value) in [("mcp-session-id", session.as_str()), ("mcp-protocol-version", "2025-11-25")] {
            let answer = server.open(Method::POST, &[("authorization", "Bearer reader"), (name, value)], body.clone()).await;
            // A stream that never ends is no call either.
            let _ = tokio::time::timeout(Duration::from_millis(200), answer.into_body().collect()).await;
        }
        assert_eq!(server.n_calls(), 0, "{body}");
    }
    assert_eq!(server.post("reader", &[("mcp-session-id", &session)], call("read")).await.text(), "reader called read");
}

#[tokio::test]
async fn a_session_is_worth_nothing_with_another_token() {
    let server = Server::new(Hosts::Loopback);
    let session = server.session("alice").await;
    let at = [("mcp-session-id", session.as_str())];
    assert_eq!(server.post("bob", &at, call("sing")).await.status, 404);
    let bob = [("authorization", "Bearer bob"), at[0]];
    assert_eq!(server.ask(Method::GET, &bob, "").await.status, 404);
    server.ask(Method::DELETE, &bob, "").await;
    assert_eq!(server.post("alice", &at, call("sing")).await.text(), "alice called sing");
    assert_eq!(server.ask(Method::DELETE, &[("authorization", "Bearer alice"), at[0]], "").await.status, 204);
    assert_eq!(server.post("alice", &at, call("sing")).await.status, 404);
    assert_eq!(server.n_calls(), 1);
}

#[tokio::test]
async fn the_streams_of_who_may_no_longer_ask_end() {
    let server = Server::new(Hosts::Loopback);
    let (alice, bob) = (server.session("alice").await, server.session("bob").await);
    let listen = async |token: &str, session: &str| {
        let token = format!("Bearer {token}");
        let answer = server.open(Method::GET, &[("authorization", &token), ("mcp-session-id", session)], "").await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.into_body()
    };
    let (alices, mut bobs) = (listen("alice", &alice).await, listen("bob", &bob).await);
    HttpService::<Door, Echo>::end_revoked(&server.service.rooms);
    assert_eq!(server.post("alice", &[("mcp-session-id", &alice)], call("sing")).await.text(), "alice called sing");

    server.door.admitted.lock().unwrap().remove("alice");
    assert_eq!(server.post("alice", &[("mcp-session-id", &alice)], call("sing")).await.status, 401);
    HttpService::<Door, Echo>::end_revoked(&server.service.rooms);
    let ended = tokio::time::timeout(Duration::from_secs(10), alices.collect()).await;
    assert!(ended.is_ok(), "the stream of a revoked token goes on");

    // Nobody else notices; and who comes again with the same name has to begin again.
    let quiet = tokio::time::timeout(Duration::from_millis(100), bobs.frame()).await;
    assert!(quiet.is_err(), "a stream that is still good ended: {quiet:?}");
    assert_eq!(server.post("bob", &[("mcp-session-id", &bob)], call("sing")).await.text(), "bob called sing");
    server.door.admitted.lock().unwrap().insert("alice".to_owned());
    assert_eq!(server.post("alice", &[("mcp-session-id", &alice)], call("sing")).await.status, 404);
}

#[tokio::test]
async fn the_session_used_longest_ago_makes_place_for_a_new_one() {
    let server = Server::new(Hosts::Loopback);
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS_MAX {
        sessions.push(server.session("alice").await);
    }
    let works = async |session: &str| server.post("alice", &[("mcp-session-id", session)], call("sing")).await.status == 200;
    // The first is used again, so that the second is the one that was not used for the longest time.
    assert!(works(&sessions[0]).await);
    let one_more = server.session("alice").await;
    assert!(works(&one_more).await && works(&sessions[0]).await && works(&sessions[2]).await);
    assert!(!works(&sessions[1]).await);
    assert_eq!(server.n_sessions("alice").await, SESSIONS_MAX);
    // Others have a place of their own.
    assert!(!server.session("bob").await.is_empty());
    assert_eq!(server.n_sessions("alice").await, SESSIONS_MAX);
}

#[tokio::test]
async fn pages_of_other_sites_get_nothing() {
    let server = Server::new(Hosts::Loopback);
    let alice = ("authorization", "Bearer alice");
    let status = async |headers: &[(&str, &str)]| server.ask(Method::POST, &[&[alice], headers].concat(), initialize()).await.status;
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example:80", "0.0.0.0:80"] {
        assert_eq!(status(&[("host", host)]).await, 403, "{host}");
    }
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1.evil.example", "file://", "http://localhost@evil.example"] {
        assert_eq!(status(&[("origin", origin)]).await, 403, "{origin}");
    }
    assert_eq!(server.n_sessions("alice").await, 0);
    for host in ["localhost", "localhost:8000", "127.0.0.1", "[::1]:80", "LOCALHOST"] {
        assert_eq!(status(&[("host", host)]).await, 200, "{host}");
    }
    for origin in ["http://localhost:6274", "http://127.0.0.1", "http://[::1]:80"] {
        assert_eq!(status(&[("origin", origin)]).await, 200, "{origin}");
    }
    assert_eq!(status(&[("host", "")]).await, 400);
}

#[tokio::test]
async fn beyond_loopback_any_host_is_answered_and_no_page() {
    let server = Server::new(Hosts::Any);
    let alice = ("authorization", "Bearer alice");
    assert_eq!(server.ask(Method::POST, &[alice, ("host", "models.example:8000")], initialize()).await.status, 200);
    for origin in ["http://evil.example", "http://localhost", "http://models.example:8000"] {
        assert_eq!(server.ask(Method::POST, &[alice, ("origin", origin)], initialize()).await.status, 403, "{origin}");
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_by_its_kind() {
    let server = Server::new(Hosts::Loopback);
    let alice = ("authorization", "Bearer alice");
    let status = async |method: Method, headers: &[(&str, &str)], body: &str| {
        server.ask(method, &[&[alice], headers].concat(), body.to_owned()).await.status
    };
    assert_eq!(status(Method::PUT, &[], "").await, 405);
    assert_eq!(status(Method::POST, &[("accept", "application/json")], &initialize()).await, 406);
    assert_eq!(status(Method::POST, &[("accept", "")], &initialize()).await, 406);
    assert_eq!(status(Method::GET, &[("accept", "application/json"), ("mcp-session-id", "x")], "").await, 406);
    assert_eq!(status(Method::POST, &[("content-type", "text/plain")], &initialize()).await, 415);
    assert_eq!(status(Method::POST, &[("mcp-session-id", "no-such-session")], &call("sing")).await, 404);
    assert_eq!(status(Method::GET, &[("mcp-session-id", "no-such-session")], "").await, 404);
    assert_eq!(status(Method::POST, &[("mcp-protocol-version", "1999-01-01")], &call("sing")).await, 400);
    for body in ["", "{", "[]", "null", "{}", "\"tools/list\""] {
        let told = server.ask(Method::POST, &[alice], body.to_owned()).await;
        assert_eq!(told.status, 400, "{body}: {told:?}");
        assert!(told.message()["error"]["code"].is_i64(), "{told:?}");
    }
    assert_eq!(server.n_calls(), 0);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    let server = Server::new(Hosts::Loopback);
    let told = server.post("alice", &[], vec![b' '; BODY_BYTES_MAX + 1]).await;
    assert_eq!(told.status, 413, "{}", told.status);
    assert!(told.message()["error"]["message"].as_str().unwrap().contains(&BODY_BYTES_MAX.to_string()));
    // One that is just small enough is a message that cannot be read.
    assert_eq!(server.post("alice", &[], vec![b' '; BODY_BYTES_MAX]).await.status, 400);
}
