//! A client on pipes, and what it sees.

// Calls read better with `json!` written where it is passed.
#![allow(clippy::needless_pass_by_value)]

mod inline;
mod ordering;
mod protocol;

use std::io::{BufReader, PipeReader, PipeWriter};
use std::path::Path;
use std::thread::JoinHandle;

use serde_json::Value;

use super::*;

/// An editor that talks to a session of its own, in a folder of its own.
struct Editor {
    folder: tempfile::TempDir,
    input: Option<PipeWriter>,
    output: BufReader<PipeReader>,
    session: Option<JoinHandle<Ended>>,
    last_id: i32,
    /// What was said while something else was waited for.
    seen: Vec<Message>,
}

impl Editor {
    /// A session that is initialized with these capabilities.
    fn new(capabilities: Value) -> Self {
        let mut editor = Self::started();
        let params = json!({
            "processId": null,
            "clientInfo": { "name": "test", "version": "1" },
            "capabilities": capabilities,
            "workspaceFolders": [{ "uri": editor.uri(""), "name": "folder" }],
        });
        editor.ask("initialize", params).unwrap();
        editor.tell("initialized", json!({}));
        editor
    }

    fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server_input, input) = std::io::pipe().unwrap();
        let (output, server_output) = std::io::pipe().unwrap();
        let start = Start { directory: folder.path().to_path_buf(), user: "ada".to_owned() };
        let session = std::thread::spawn(move || serve(start, server_input, server_output).unwrap());
        Self {
            folder,
            input: Some(input),
            output: BufReader::new(output),
            session: Some(session),
            last_id: 0,
            seen: Vec::new(),
        }
    }

    fn uri(&self, name: &str) -> String {
        crate::uri::uri_of(&format!("{}/{name}", self.folder.path().to_str().unwrap())).unwrap().as_str().to_owned()
    }

    fn put(&self, name: &str, text: &str) {
        mlwright_base::system::files::write_atomic(&self.folder.path().join(name), text.as_bytes()).unwrap();
    }

    fn send(&mut self, message: Message) {
        message.write(self.input.as_mut().unwrap()).unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(Message::Notification(lsp_server::Notification { method: method.to_owned(), params }));
    }

    /// Sends a request without waiting for its answer.
    fn request(&mut self, method: &str, params: Value) -> RequestId {
        self.last_id += 1;
        let id = RequestId::from(self.last_id);
        self.send(Message::Request(Request { id: id.clone(), method: method.to_owned(), params }));
        id
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        let id = self.request(method, params);
        self.answer_to(&id)
    }

    fn answer_to(&mut self, id: &RequestId) -> Result<Value, ResponseError> {
        let answers = |message: &Message| matches!(message, Message::Response(response) if response.id == *id);
        let Message::Response(response) = self.wait_for(answers) else { unreachable!("it was a response") };
        response.response_result
    }

    /// The next notification of that name.
    fn notified(&mut self, method: &str) -> Value {
        let wanted =
            |message: &Message| matches!(message, Message::Notification(notification) if notification.method == method);
        let Message::Notification(notification) = self.wait_for(wanted) else { unreachable!("it was a notification") };
        notification.params
    }

    /// The next request of that name.
    fn asked(&mut self, method: &str) -> Request {
        let wanted = |message: &Message| matches!(message, Message::Request(request) if request.method == method);
        let Message::Request(request) = self.wait_for(wanted) else { unreachable!("it was a request") };
        request
    }

    fn reply(&mut self, request: &Request, result: Value) {
        self.send(Message::Response(Response { id: request.id.clone(), response_result: Ok(result) }));
    }

    fn wait_for(&mut self, wanted: impl Fn(&Message) -> bool) -> Message {
        if let Some(index) = self.seen.iter().position(&wanted) {
            return self.seen.remove(index);
        }
        loop {
            let message = Message::read(&mut self.output).unwrap().expect("the session goes on");
            if wanted(&message) {
                return message;
            }
            self.seen.push(message);
        }
    }

    fn open(&mut self, name: &str, language: &str, text: &str) -> String {
        let uri = self.uri(name);
        self.tell(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": language, "version": 1, "text": text } }),
        );
        uri
    }

    fn change(&mut self, uri: &str, version: i32, start: (u32, u32), end: (u32, u32), text: &str) {
        let at = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": at(start), "end": at(end) }, "text": text });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [change] }),
        );
    }

    fn has_workspace(&self) -> bool {
        Path::exists(&self.folder.path().join(".mlwright"))
    }

    fn end(mut self) -> Ended {
        self.ask("shutdown", Value::Null).unwrap();
        self.tell("exit", Value::Null);
        self.session.take().unwrap().join().unwrap()
    }
}

fn code(outcome: &Result<Value, ResponseError>) -> i32 {
    outcome.as_ref().map_or_else(|error| error.code, |_| 0)
}
