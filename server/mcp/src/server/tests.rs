//! Conversations with the server as a client has them, line by line.

mod catalog;

use std::collections::VecDeque;

use mlwright_base::system::files;
use rmcp::ServiceExt;
use rmcp::transport::async_rw::AsyncRwTransport;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

use mlwright_mcp_transport::SessionEnd;
use mlwright_mcp_transport::session_end::NotingEnd;

use super::Server;
use crate::caller::{Caller, Offer};
use crate::calls::Opened;

/// A client that speaks JSON-RPC and nothing else.
struct Client {
    folder: TempDir,
    from: Lines<BufReader<ReadHalf<DuplexStream>>>,
    to: Option<WriteHalf<DuplexStream>>,
    next_id: u64,
    notifications: VecDeque<Value>,
    server: tokio::task::JoinHandle<bool>,
}

impl Client {
    /// A server over a folder with one table, nothing said yet.
    fn connect() -> Self {
        let folder = tempfile::tempdir().unwrap();
        files::write_atomic(&folder.path().join("flowers.csv"), b"petal,kind\n1.5,a\n2.5,b\n").unwrap();
        let (near, far) = tokio::io::duplex(1 << 20);
        let (from, to) = tokio::io::split(near);
        let (read, write) = tokio::io::split(far);
        let end = SessionEnd::default();
        let caller = Caller { name: "ada".to_owned(), offer: Offer::ALL };
        let server = Server::for_caller(Opened::later(folder.path().to_path_buf()), caller, end.clone());
        let read = NotingEnd::new(read, end.clone());
        let server = tokio::spawn(async move {
            let session = server.serve(AsyncRwTransport::new_server(read, write)).await.unwrap();
            session.waiting().await.unwrap();
            end.is_over()
        });
        Self { folder, from: BufReader::new(from).lines(), to: Some(to), next_id: 1, notifications: VecDeque::new(), server }
    }

    /// A session of the older era.
    async fn initialized() -> Self {
        let mut client = Self::connect();
        let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "probe", "version": "1"}});
        let answer = client.ask("initialize", hello).await;
        assert_eq!(answer["serverInfo"]["name"], "mlwright", "{answer}");
        for capability in ["tools", "resources", "prompts", "completions"] {
            assert!(answer["capabilities"].get(capability).is_some(), "{capability}: {answer}");
        }
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        client
    }

    async fn send(&mut self, message: &Value) {
        self.to.as_mut().unwrap().write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// The whole answer to a request; notifications that come before it are kept.
    async fn exchange(&mut self, method: &str, params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        loop {
            let line = self.from.next_line().await.unwrap().expect("the server answers");
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                return message;
            }
            self.notifications.push_back(message);
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.exchange(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await
    }
}

fn texts(values: &Value, field: &str) -> Vec<String> {
    values.as_array().unwrap().iter().map(|value| value[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_are_listed_in_the_order_of_the_registry_each_time() {
    let mut client = Client::initialized().await;
    let first = client.ask("tools/list", json!({})).await;
    let names: Vec<&str> = mlwright_operations::all().iter().map(|operation| operation.name).collect();
    assert_eq!(texts(&first["tools"], "name"), names);
    assert_eq!(first, client.ask("tools/list", json!({})).await);
    for tool in first["tools"].as_array().unwrap() {
        for field in ["title", "description", "inputSchema", "outputSchema", "annotations"] {
            assert!(tool.get(field).is_some(), "{field}: {tool}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newer_era_needs_no_handshake() {
    let mut client = Client::connect();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "probe", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let found = client.ask("server/discover", json!({ "_meta": meta })).await;
    assert!(found["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{found}");
    let tools = client.ask("tools/list", json!({ "_meta": meta })).await;
    assert!(tools["ttlMs"].as_u64().is_some_and(|ttl| ttl > 0), "clients ask again and again without it");
    let answer = client.ask("tools/call", json!({"_meta": meta, "name": "list_tables", "arguments": {}})).await;
    assert_eq!(answer["structuredContent"]["tables"][0]["name"], "flowers.csv", "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_answer_with_text_and_structure() {
    let mut client = Client::initialized().await;
    let answer = client.call("list_tables", json!({})).await;
    assert_ne!(answer["isError"], true, "{answer}");
    assert_eq!(texts(&answer["structuredContent"]["tables"], "name"), ["flowers.csv"]);
    assert!(answer["content"][0]["text"].as_str().is_some_and(|text| text.contains("flowers.csv")), "{answer}");
    let answer = client.call("list_tables", Value::Null).await;
    assert_ne!(answer["isError"], true, "arguments may be left out: {answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_arguments_are_results_that_name_the_field() {
    let mut client = Client::initialized().await;
    for (tool, arguments, field, said) in [
        ("describe_table", json!({}), "table", "table"),
        ("describe_table", json!({"tabel": "flowers.csv"}), "tabel", "did you mean table?"),
        ("describe_table", json!({"table": 3}), "table", "a text"),
        ("describe_table", json!({"table": "flower.csv"}), "table", "flowers.csv"),
        ("train", json!({"table": "flowers.csv", "target": "kinds"}), "target", "kind"),
    ] {
        let answer = client.call(tool, arguments.clone()).await;
        assert_eq!(answer["isError"], true, "{arguments}: {answer}");
        assert_eq!(answer["structuredContent"]["field"], field, "{arguments}: {answer}");
        let text = answer["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(said) && text.contains(field), "{arguments}: {text}");
    }
    let answer = client.exchange("tools/call", json!({"name": "describe_tabel", "arguments": {}})).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("describe_table")), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resources_are_listed_read_and_refused() {
    let mut client = Client::initialized().await;
    let listed = client.ask("resources/list", json!({})).await;
    let addresses = texts(&listed["resources"], "uri");
    assert!(addresses.contains(&"mlwright://tables/flowers.csv".to_owned()), "{listed}");
    let templates = client.ask("resources/templates/list", json!({})).await;
    let kinds = ["table", "profile", "profile_page", "run", "run_card", "model", "model_card", "endpoint", "monitor", "job", "report"];
    assert_eq!(texts(&templates["resourceTemplates"], "name"), kinds);
    let read = client.ask("resources/read", json!({"uri": "mlwright://tables/flowers.csv"})).await;
    let table: Value = serde_json::from_str(read["contents"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(texts(&table["columns"], "name"), ["petal", "kind"], "{table}");
    for address in ["mlwright://tables/none.csv", "mlwright://runs/none", "mlwright://reports/none.html", "mlwright://nowhere/x", "file:///etc/passwd"] {
        let answer = client.exchange("resources/read", json!({ "uri": address })).await;
        assert!(answer["error"]["code"].is_i64(), "{address}: {answer}");
    }
    let large = client.folder.path().join(".mlwright/reports/large.html");
    files::write_atomic(&large, &vec![b'x'; 1 << 20]).unwrap();
    let read = client.ask("resources/read", json!({"uri": "mlwright://reports/large.html"})).await;
    let (said, media_type) = (read["contents"][0]["text"].as_str().unwrap(), &read["contents"][0]["mimeType"]);
    assert!(said.len() < 1_000 && said.contains(".mlwright/reports/large.html") && media_type == "text/plain", "{media_type} {said}");
    let answer = client.exchange("resources/read", json!({"uri": "mlwright://reports/..%2f..%2fflowers.csv"})).await;
    assert!(answer.get("error").is_some(), "reports stay in their folder: {answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prompts_are_listed_and_filled_in() {
    let mut client = Client::initialized().await;
    let listed = client.ask("prompts/list", json!({})).await;
    assert_eq!(listed["prompts"].as_array().unwrap().len(), 9);
    let prompt = client.ask("prompts/get", json!({"name": "explore", "arguments": {"table": "flowers.csv"}})).await;
    assert!(prompt["messages"][0]["content"]["text"].as_str().unwrap().contains("flowers.csv"), "{prompt}");
    let answer = client.exchange("prompts/get", json!({"name": "explore", "arguments": {}})).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("table"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_completed_and_leave_no_trace_in_the_audit() {
    let mut client = Client::initialized().await;
    let table = json!({"ref": {"type": "ref/prompt", "name": "explore"}, "argument": {"name": "table", "value": "flo"}});
    let found = client.ask("completion/complete", table).await;
    assert_eq!(found["completion"]["values"], json!(["flowers.csv"]), "{found}");
    let column = json!({
        "ref": {"type": "ref/prompt", "name": "train"}, "argument": {"name": "target", "value": "k"},
        "context": {"arguments": {"table": "flowers.csv"}},
    });
    let found = client.ask("completion/complete", column).await;
    assert_eq!(found["completion"]["values"], json!(["kind"]), "{found}");
    let resource = json!({"ref": {"type": "ref/resource", "uri": "mlwright://tables/{+table}"}, "argument": {"name": "table", "value": ""}});
    let found = client.ask("completion/complete", resource).await;
    assert_eq!(found["completion"]["values"], json!(["flowers.csv"]), "{found}");
    let audit = client.call("audit_log", json!({})).await;
    assert_eq!(audit["structuredContent"]["records"], json!([]), "completing a name is no operation: {audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_names_the_client_and_its_user() {
    let mut client = Client::initialized().await;
    client.call("list_tables", json!({})).await;
    let audit = client.call("audit_log", json!({"filter": "list_tables"})).await;
    assert_eq!(audit["structuredContent"]["records"][0]["actor"], json!({"name": "probe/1 for ada", "surface": "mcp"}), "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_ends_when_the_client_leaves() {
    let mut client = Client::initialized().await;
    client.call("list_tables", json!({})).await;
    client.to.take().unwrap().shutdown().await.unwrap();
    let over = tokio::time::timeout(std::time::Duration::from_secs(20), client.server).await.expect("it ends").unwrap();
    assert!(over, "the end of the session is noted");
}
