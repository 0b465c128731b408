//! Messages as lines, and what is done about those that are none.
//!
//! The protocol's crate passes over a line that it cannot read, so that whoever sent a request in it
//! waits until it gives up; here such a request is answered by its id where that can be read. It ends
//! the process when something other than a request comes first; here that is passed over. And it
//! reads on however many requests wait, whereas here reading waits for answers.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorCode, ErrorData, GetMeta as _, ProtocolVersion, RequestId, ServerJsonRpcMessage,
};
use rmcp::transport::Transport;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// The most requests that wait for their answers before no more are read.
const WAITING_MAX: usize = 1_024;
/// Room for lines that is kept after a longer one.
const LINE_BYTES_KEPT: usize = 1 << 20;

/// A client's lines, and ours to it.
pub(super) struct Lines<R, W> {
    read: BufReader<R>,
    line: Vec<u8>,
    line_bytes_max: usize,
    /// Whether the rest of a line that was too long is still to come.
    passing_over: bool,
    /// An answer that is on its way to the client. `receive` may be dropped wherever it waits, so what
    /// must not be done by halves is done beside it.
    refusing: Option<JoinHandle<()>>,
    /// Whether the client has opened a session in the way of either era.
    opened: bool,
    waiting: Arc<Waiting>,
    write: Arc<tokio::sync::Mutex<Option<W>>>,
}

/// The requests that were read and not answered.
struct Waiting {
    ids: Mutex<HashSet<RequestId>>,
    room: Semaphore,
}

impl Waiting {
    fn begin(&self, id: &RequestId) {
        // The permit is there: reading has waited for it, and only reading takes any.
        if self.ids().insert(id.clone())
            && let Ok(permit) = self.room.try_acquire()
        {
            permit.forget();
        }
    }

    fn end(&self, id: &RequestId) {
        if self.ids().remove(id) {
            self.room.add_permits(1);
        }
    }

    fn ids(&self) -> std::sync::MutexGuard<'_, HashSet<RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of reading.
enum Read {
    Line,
    TooLong,
    End,
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send + 'static> Lines<R, W> {
    /// Lines of at most so many bytes.
    pub(super) fn new(read: R, write: W, line_bytes_max: usize) -> Self {
        Self {
            read: BufReader::new(read),
            line: Vec::new(),
            line_bytes_max,
            passing_over: false,
            refusing: None,
            opened: false,
            waiting: Arc::new(Waiting { ids: Mutex::default(), room: Semaphore::new(WAITING_MAX) }),
            write: Arc::new(tokio::sync::Mutex::new(Some(write))),
        }
    }

    /// Reads to the end of a line. May be dropped and begun again: what was read is in `line`.
    async fn read_line(&mut self) -> Read {
        loop {
            let available = match self.read.fill_buf().await {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    tracing::error!(%error, "the client's messages cannot be read");
                    return Read::End;
                }
            };
            if available.is_empty() {
                return Read::End;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            let ended = end.is_some();
            let n_bytes = part.len() + usize::from(ended);
            let rest_of_long = self.passing_over;
            let fits = self.line.len() + part.len() <= self.line_bytes_max;
            if fits && !rest_of_long {
                self.line.extend_from_slice(part);
            }
            self.read.consume(n_bytes);
            self.passing_over = (rest_of_long || !fits) && !ended;
            if rest_of_long {
                continue;
            }
            if !fits {
                self.line = Vec::new();
                return Read::TooLong;
            }
            if ended {
                return Read::Line;
            }
        }
    }

    fn refuse(&mut self, error: ErrorData, id: Option<RequestId>) {
        let write = self.write.clone();
        self.refusing = Some(tokio::spawn(async move {
            if let Err(error) = send(&write, &ServerJsonRpcMessage::error(error, id)).await {
                tracing::debug!(%error, "the client takes no answer");
            }
        }));
    }

    /// Whether a message goes on to the handler.
    fn admits(&mut self, message: &ClientJsonRpcMessage) -> bool {
        match message {
            ClientJsonRpcMessage::Request(request) => {
                self.waiting.begin(&request.id);
                self.opened = self.opened || opens(&request.request);
                true
            }
            ClientJsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    // It will not be answered any more.
                    self.waiting.end(id);
                }
                self.opened
            }
            _ => self.opened,
        }
    }
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send + 'static> Transport<RoleServer> for Lines<R, W> {
    type Error = io::Error;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (write, waiting) = (self.write.clone(), self.waiting.clone());
        async move {
            let outcome = send(&write, &message).await;
            match &message {
                ServerJsonRpcMessage::Response(answer) => waiting.end(&answer.id),
                ServerJsonRpcMessage::Error(answer) => answer.id.iter().for_each(|id| waiting.end(id)),
                _ => {}
            }
            outcome
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(refusing) = &mut self.refusing {
                if let Err(error) = refusing.await {
                    tracing::error!(%error, "an answer was lost");
                }
                self.refusing = None;
            }
            drop(self.waiting.room.acquire().await);
            match self.read_line().await {
                Read::Line => {}
                Read::TooLong => {
                    let error = ErrorData::invalid_request(format!("a message has at most {} bytes", self.line_bytes_max), None);
                    self.refuse(error, None);
                    continue;
                }
                Read::End => return None,
            }
            let read = read(&self.line);
            self.line.clear();
            self.line.shrink_to(LINE_BYTES_KEPT);
            match read {
                Ok(Some(message)) if self.admits(&message) => return Some(message),
                Ok(_) => {}
                Err(refusal) => self.refuse(refusal.error, refusal.id),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        drop(self.write.lock().await.take());
        Ok(())
    }
}

async fn send<W: AsyncWrite + Unpin>(write: &tokio::sync::Mutex<Option<W>>, message: &ServerJsonRpcMessage) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut write = write.lock().await;
    let write = write.as_mut().ok_or(io::ErrorKind::NotConnected)?;
    write.write_all(&line).await?;
    write.flush().await
}

/// Whether a request opens a session: `initialize`, or one that says everything about its client.
fn opens(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => {
            let meta = request.get_meta();
            let is_known = meta.protocol_version().is_some_and(|version| ProtocolVersion::KNOWN_VERSIONS.contains(&version));
            is_known && meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
        }
    }
}

/// What can be read of a request that cannot be read whole. Texts and depths that are refused
/// elsewhere are passed over here.
#[derive(Deserialize)]
struct Head {
    id: Option<RequestId>,
    method: Option<IgnoredAny>,
}

/// What is answered to a line that is no message.
struct Refusal {
    error: ErrorData,
    /// Of a request whose id can be read.
    id: Option<RequestId>,
}

/// A line's message; `None` when it is nothing that is answered.
fn read(line: &[u8]) -> Result<Option<ClientJsonRpcMessage>, Box<Refusal>> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Ok(None);
    }
    let error = match serde_json::from_slice(line) {
        Ok(message) => return Ok(Some(message)),
        Err(error) => error,
    };
    let is_json = error.is_data();
    let head: Option<Head> = serde_json::from_slice(line).ok();
    let is_request = head.as_ref().is_some_and(|head| head.method.is_some());
    let id = head.and_then(|head| head.id);
    match (is_json, is_request, id) {
        // Lines that are no JSON at all may be an echo of ours: answering them might never end.
        (false, false, _) | (false, true, None) => {
            tracing::debug!(%error, "a line that is no JSON was passed over");
            Ok(None)
        }
        // A notification is never answered.
        (true, true, None) => Ok(None),
        (false, true, id) => {
            let error = ErrorData::new(ErrorCode::PARSE_ERROR, format!("the request is no JSON that can be read: {error}"), None);
            Err(Box::new(Refusal { error, id }))
        }
        (true, is_request, id) => {
            let error = ErrorData::invalid_request("this is no JSON-RPC message", None);
            Err(Box::new(Refusal { error, id: id.filter(|_| is_request) }))
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, ReadHalf, WriteHalf, duplex, split};

    use super::*;

    /// The error's code, and the id that is answered.
    fn refused(line: &str) -> Option<(i32, Option<RequestId>)> {
        read(line.as_bytes()).err().map(|refusal| (refusal.error.code.0, refusal.id))
    }

    #[test]
    fn a_request_that_cannot_be_read_is_refused_by_its_id() {
        let id = || Some(RequestId::Number(7));
        let half = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"\ud83d"}}"#;
        assert_eq!(refused(half), Some((ErrorCode::PARSE_ERROR.0, id())));
        let deep = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping","params":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        assert_eq!(refused(&deep), Some((ErrorCode::PARSE_ERROR.0, id())));
        assert_eq!(refused(r#"{"jsonrpc":"2.0","id":7,"method":5}"#), Some((ErrorCode::INVALID_REQUEST.0, id())));
        for no_request in ["{}", "[]", "5", r#"[{"jsonrpc":"2.0","id":7,"method":"ping"}]"#, r#"{"jsonrpc":"2.0","id":7}"#] {
            assert_eq!(refused(no_request), Some((ErrorCode::INVALID_REQUEST.0, None)), "{no_request}");
        }
    }

    #[test]
    fn what_asks_for_nothing_is_not_answered() {
        for line in ["", " \r", "{", "hello", r#"{"jsonrpc":"2.0","id":7,"method":"ping""#, r#"{"method":"x","params":"\ud83d"}"#, r#"{"jsonrpc":"1.0","method":"x"}"#] {
            assert!(matches!(read(line.as_bytes()), Ok(None)), "{line}");
        }
    }

    type Client = (Lines<ReadHalf<DuplexStream>, WriteHalf<DuplexStream>>, DuplexStream);

    fn client(line_bytes_max: usize) -> Client {
        let (near, far) = duplex(1 << 20);
        let (read, write) = split(far);
        (Lines::new(read, write, line_bytes_max), near)
    }

    fn ping(id: usize) -> String {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n")
    }

    #[tokio::test]
    async fn what_comes_before_a_session_is_open_is_passed_over() {
        let (mut lines, mut near) = client(1_000);
        near.write_all(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n").await.unwrap();
        near.write_all(ping(3).as_bytes()).await.unwrap();
        assert!(matches!(lines.receive().await, Some(ClientJsonRpcMessage::Request(request)) if request.id == RequestId::Number(3)));
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_refused_and_the_next_one_read() {
        for n_bytes in [1_001, 20_000] {
            let (mut lines, mut near) = client(1_000);
            near.write_all(format!("{}\n{}", "x".repeat(n_bytes), ping(3)).as_bytes()).await.unwrap();
            assert!(matches!(lines.receive().await, Some(ClientJsonRpcMessage::Request(_))));
            let mut answer = String::new();
            BufReader::new(near).read_line(&mut answer).await.unwrap();
            assert!(answer.contains("at most 1000 bytes"), "{answer}");
        }
    }

    #[tokio::test]
    async fn reading_waits_when_too_many_requests_do() {
        let (mut lines, mut near) = client(1_000);
        let all: String = (0..=WAITING_MAX).map(ping).collect();
        near.write_all(all.as_bytes()).await.unwrap();
        for _ in 0..WAITING_MAX {
            assert!(lines.receive().await.is_some());
        }
        let waits = tokio::time::timeout(std::time::Duration::from_millis(50), lines.receive()).await;
        assert!(waits.is_err());
        let answer = ServerJsonRpcMessage::error(ErrorData::internal_error("", None), Some(RequestId::Number(5)));
        lines.send(answer).await.unwrap();
        assert!(lines.receive().await.is_some());
    }
}
