//! An assistant's session over MCP on standard input and output, message by message.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use mlwright_tests::Workspace;
use serde_json::{Value, json};

/// The revision of the protocol that is spoken.
const REVISION: &str = "2025-11-25";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// A running server and the way to and from it. The client says that it can do nothing beside calling tools.
pub struct Session {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    last_id: u64,
}

impl Session {
    /// Starts the server in a workspace and greets it.
    pub fn start(workspace: &Workspace) -> Self {
        let mut command = workspace.command(&["mcp"]);
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let output = BufReader::new(server.stdout.take().expect("its output"));
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                let line = line.expect("UTF-8");
                let message = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut session = Self { input: server.stdin.take(), server, messages, last_id: 0 };
        let client = json!({"name": "skills", "version": "1"});
        let hello =
            session.ask("initialize", json!({"protocolVersion": REVISION, "capabilities": {}, "clientInfo": client}));
        assert_eq!(hello["protocolVersion"], REVISION, "{hello}");
        session.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        session
    }

    /// Calls a tool; its result, which may be an error that the tool gave.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments}))
    }

    /// Closes the input: the server ends by itself, without an error.
    pub fn end(mut self) {
        drop(self.input.take());
        let status = self.server.wait().expect("the server ends");
        assert!(status.success(), "{status}");
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}));
        loop {
            let mut message = self
                .messages
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("no answer to {method} {params}: {error}"));
            assert!(
                message.get("method").is_none() || message.get("id").is_none(),
                "nothing may be asked of this client: {message}"
            );
            if message["id"] == self.last_id {
                assert!(message.get("error").is_none(), "{method} {params}: {message}");
                return message["result"].take();
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("the session is open");
        writeln!(input, "{message}").expect("the server reads");
        input.flush().expect("the server reads");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // After a failed check; it has ended otherwise.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
