//! A client on stdio that sends anything and reads everything.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use mlwright_tests::Workspace;
use serde_json::{Value, json};

use super::fuzz::{NEWER, meta, opening};
use super::server::Process;

/// How long an honest request may take to be answered, whatever else was asked.
pub const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);

/// A session of one era.
pub struct Session {
    pub process: Process,
    era: &'static str,
    to: Option<ChildStdin>,
    /// Answers to requests whose id begins with `honest`.
    answers: Receiver<Value>,
    seen: BTreeMap<String, Value>,
    n_asked: u64,
}

impl Session {
    /// A process to which nothing has been said.
    pub fn unopened(workspace: &Workspace, era: &'static str, arguments: &[&str]) -> Self {
        let mut command = workspace.command(&[&["mcp"], arguments].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Process::start(command);
        let to = process.child.stdin.take();
        let from = BufReader::new(process.child.stdout.take().expect("a pipe"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in from.lines() {
                let line = line.expect("what the server writes is text");
                let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("the server wrote no JSON: {error}: {line}"));
                assert_eq!(message["jsonrpc"], "2.0", "{line}");
                if message["id"].as_str().is_some_and(|id| id.starts_with("honest")) && sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { process, era, to, answers, seen: BTreeMap::new(), n_asked: 0 }
    }

    /// A session that is open.
    pub fn open(workspace: &Workspace, era: &'static str, arguments: &[&str]) -> Self {
        let mut session = Self::unopened(workspace, era, arguments);
        session.begin();
        session
    }

    /// Opens the session in the way of its era.
    pub fn begin(&mut self) {
        if self.era == NEWER {
            self.ask("server/discover", json!({}));
        } else {
            let answer = self.ask("initialize", opening());
            assert_eq!(answer["result"]["serverInfo"]["name"], "mlwright", "{answer}");
            self.send(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        }
    }

    /// Sends a line; whether the server still takes it.
    pub fn send(&mut self, line: &[u8]) -> bool {
        let Some(to) = self.to.as_mut() else { return false };
        to.write_all(line).and_then(|()| to.write_all(b"\n")).is_ok()
    }

    /// The whole answer to an honest request.
    pub fn ask(&mut self, method: &str, mut params: Value) -> Value {
        if self.era == NEWER {
            params["_meta"] = meta();
        }
        self.n_asked += 1;
        let id = format!("honest {}", self.n_asked);
        let sent = self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string().as_bytes());
        assert!(sent, "{method}: the server takes nothing any more: {}", self.process.log());
        self.answer_to(&id)
    }

    /// The answer to a request that was sent with this id, which has to begin with `honest`.
    pub fn answer_to(&mut self, id: &str) -> Value {
        let until = Instant::now() + ANSWER_TIME_MAX;
        loop {
            if let Some(answer) = self.seen.remove(id) {
                return answer;
            }
            let left = until.saturating_duration_since(Instant::now());
            let Ok(answer) = self.answers.recv_timeout(left) else { panic!("{id}: no answer in {ANSWER_TIME_MAX:?}: {}", self.process.log()) };
            self.seen.insert(answer["id"].as_str().expect("an honest id").to_owned(), answer);
        }
    }

    /// Calls a tool that must succeed; its structured answer.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let answer = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        let result = &answer["result"];
        assert!(result.is_object() && result["isError"] != true, "{tool}: {answer}");
        result["structuredContent"].clone()
    }

    /// Fails unless the same server lists its tools and reads a table as it should.
    pub fn assert_serves(&mut self, when: &str) {
        self.process.assert_well(when);
        let tools = self.ask("tools/list", json!({}));
        assert!(tools["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 20), "{when}: {tools}");
        let table = self.call("describe_table", &json!({ "table": "flowers.csv" }));
        assert_eq!(table["n_rows"], 120, "{when}: {table}");
    }

    /// Closes stdin and waits for the end.
    pub fn close(mut self) -> Option<i32> {
        drop(self.to.take());
        let status = self.process.child.wait().expect("it ends");
        self.process.assert_no_panic("at the end");
        status.code()
    }
}
