//! What is said to the client. Nothing here waits: messages are queued for a thread that writes, and the answer to a
//! request is a later event.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use serde::Serialize;
use serde_json::Value;

use crate::commands::{Invocation, RunningId};
use crate::inline::Consent;

/// Messages that wait to be written. A client that leaves more unread is gone.
pub(crate) const UNWRITTEN_MAX: usize = 100_000;

/// What a request to the client was made for.
pub(crate) enum Purpose {
    /// Nothing follows from the answer.
    Nothing,
    /// The user is asked whether this is to be done.
    Confirm(Box<Invocation>),
    /// An edit is made for this request of the client.
    ApplyEdit(RequestId),
    /// Progress of a running command is to be shown.
    ShowProgress(RunningId),
    /// The user is asked whether this may be sent to a provider.
    Allow(Consent),
}

/// Something that waits to be written.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Message(Message),
    /// An answer whose result was written as JSON by whoever worked it out: of a long document it is long.
    Answer {
        id: RequestId,
        result: String,
    },
}

/// The way to the client.
pub(crate) struct Client {
    messages: Sender<Outgoing>,
    unwritten: Arc<AtomicUsize>,
    next_id: i32,
    asked: HashMap<RequestId, Purpose>,
}

impl Client {
    /// A client at the other end of `messages`; `unwritten` is counted down by whoever writes them.
    pub(crate) fn new(messages: Sender<Outgoing>, unwritten: Arc<AtomicUsize>) -> Self {
        Self { messages, unwritten, next_id: 0, asked: HashMap::new() }
    }

    /// Whether the client has stopped reading.
    pub(crate) fn is_gone(&self) -> bool {
        self.unwritten.load(Ordering::Acquire) > UNWRITTEN_MAX
    }

    /// Answers a request.
    pub(crate) fn answer(&self, id: RequestId, outcome: Result<Value, ResponseError>) {
        self.send(Message::Response(Response { id, response_result: outcome }));
    }

    /// Answers a request with a result that is written already.
    pub(crate) fn answer_written(&self, id: RequestId, outcome: Result<String, ResponseError>) {
        match outcome {
            Ok(result) => self.queue(Outgoing::Answer { id, result }),
            Err(error) => self.answer(id, Err(error)),
        }
    }

    /// Answers a request with an error.
    pub(crate) fn refuse(&self, id: RequestId, code: ErrorCode, message: impl Into<String>) {
        self.answer(id, Err(error(code, message)));
    }

    /// Tells something.
    pub(crate) fn notify(&self, method: &str, params: impl Serialize) {
        let params = serde_json::to_value(params).expect("the protocol's parameters are JSON");
        self.send(Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// Asks for something.
    pub(crate) fn ask(&mut self, method: &str, params: Value, purpose: Purpose) {
        self.next_id = self.next_id.wrapping_add(1);
        let id = RequestId::from(format!("mlwright-{}", self.next_id));
        self.asked.insert(id.clone(), purpose);
        self.send(Message::Request(Request { id, method: method.to_owned(), params }));
    }

    /// What an answer of the client was asked for.
    pub(crate) fn purpose_of(&mut self, id: &RequestId) -> Option<Purpose> {
        self.asked.remove(id)
    }

    fn send(&self, message: Message) {
        self.queue(Outgoing::Message(message));
    }

    fn queue(&self, message: Outgoing) {
        self.unwritten.fetch_add(1, Ordering::AcqRel);
        // Without a writer the session is about to end.
        let _ = self.messages.send(message);
    }
}

/// An error as the protocol has it.
pub(crate) fn error(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}
