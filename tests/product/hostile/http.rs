//! A connection on which a test writes its requests byte by byte.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fuzz::{NEWER, OLDER, meta, opening};

/// How long the server may be silent while it owes an answer.
pub const SILENCE_MAX: Duration = Duration::from_secs(20);

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The answer's last message, be it a body or an event.
    pub fn message(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        let message = text.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap_or(&text);
        serde_json::from_str(message).unwrap_or_else(|error| panic!("{error}: {} {text}", self.status))
    }
}

/// Connects, with a limit on silence.
pub fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).expect("the server takes connections");
    stream.set_read_timeout(Some(SILENCE_MAX)).expect("a limit");
    stream.set_write_timeout(Some(SILENCE_MAX)).expect("a limit");
    stream.set_nodelay(true).expect("no delay");
    stream
}

/// Writes all requests at once and reads as many answers; fewer when the server closes the connection.
///
/// Panics when the server owes an answer and is silent for too long.
pub fn pipelined(host: &str, requests: &[Vec<u8>]) -> Vec<Answer> {
    let mut stream = connect(host);
    let mut from = BufReader::new(stream.try_clone().expect("a second handle"));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for request in requests {
                // The server may have closed the connection after a request that it could not read.
                if stream.write_all(request).is_err() {
                    return;
                }
            }
        });
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            match read_answer(&mut from) {
                Ok(Some(answer)) => answers.push(answer),
                Ok(None) => break,
                Err(Silent) => panic!("no answer in {SILENCE_MAX:?} to {}", String::from_utf8_lossy(request)),
            }
        }
        answers
    })
}

/// One request on a connection of its own.
pub fn one(host: &str, request: &[u8]) -> Answer {
    pipelined(host, &[request.to_vec()]).pop().expect("an answer")
}

/// The server owes an answer, or the rest of one, and says nothing of it for too long.
#[derive(Debug)]
pub struct Silent;

/// The next whole answer; `None` when the connection ends before it does.
pub fn read_answer(from: &mut impl BufRead) -> Result<Option<Answer>, Silent> {
    // Signs of life within a stream are no answer.
    let until = Instant::now() + SILENCE_MAX;
    let mut line = String::new();
    if !read_line(from, &mut line)? {
        return Ok(None);
    }
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse().ok());
    let status = status.unwrap_or_else(|| panic!("{line:?} is no answer"));
    let mut headers = Vec::new();
    while read_line(from, &mut line)? && !line.is_empty() {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} is no header"));
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding").is_some_and(|encoding| encoding == "chunked") {
        loop {
            if !read_line(from, &mut line)? {
                return Ok(None);
            }
            if Instant::now() > until {
                return Err(Silent);
            }
            let size = usize::from_str_radix(&line, 16).unwrap_or_else(|_| panic!("{line:?} is no size"));
            let mut chunk = vec![0; size + 2];
            if from.read_exact(&mut chunk).is_err() {
                return Ok(None);
            }
            answer.body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                return Ok(Some(answer));
            }
        }
    }
    let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a number"));
    let mut body = vec![0; length];
    if from.read_exact(&mut body).is_err() {
        return Ok(None);
    }
    answer.body = body;
    Ok(Some(answer))
}

/// Whether there was a line.
fn read_line(from: &mut impl BufRead, line: &mut String) -> Result<bool, Silent> {
    line.clear();
    match from.read_line(line) {
        Ok(0) => Ok(false),
        Ok(_) => {
            line.truncate(line.trim_end().len());
            Ok(true)
        }
        Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => Err(Silent),
        Err(_) => Ok(false),
    }
}

/// A POST to `/mcp` with these headers besides those of its body.
pub fn post(host: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("POST /mcp HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend_from_slice(body);
    request
}

/// An honest client.
pub struct Client {
    pub host: String,
    pub token: String,
    pub session: Option<String>,
    era: &'static str,
}

impl Client {
    /// A client of the newer era.
    pub fn newer(host: &str, token: &str) -> Self {
        Self { host: host.to_owned(), token: token.to_owned(), session: None, era: NEWER }
    }

    /// A client of the older era, with its session.
    pub fn older(host: &str, token: &str) -> Self {
        let mut client = Self { host: host.to_owned(), token: token.to_owned(), session: None, era: OLDER };
        let answer = client.ask("initialize", opening());
        assert_eq!(answer.status, 200, "{answer:?}");
        client.session = Some(answer.header("mcp-session-id").expect("a session").to_owned());
        let ready = client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string(), &[]);
        assert_eq!(ready.status, 202, "{ready:?}");
        client
    }

    /// The bytes of a message with this client's headers.
    pub fn request(&self, body: &[u8], more: &[(&str, &str)]) -> Vec<u8> {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("content-type", "application/json"), ("accept", "application/json, text/event-stream"), ("mcp-protocol-version", self.era)];
        if !self.token.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        if let Some(session) = &self.session {
            headers.push(("mcp-session-id", session));
        }
        headers.extend_from_slice(more);
        post(&self.host, &headers, body)
    }

    /// Sends a message.
    pub fn send(&self, body: &str, more: &[(&str, &str)]) -> Answer {
        one(&self.host, &self.request(body.as_bytes(), more))
    }

    /// Asks as the client's era has it.
    pub fn ask(&self, method: &str, params: Value) -> Answer {
        one(&self.host, &self.asking(1, method, params))
    }

    /// The bytes of a request as the client's era has it.
    pub fn asking(&self, id: u64, method: &str, params: Value) -> Vec<u8> {
        self.asking_with(id, method, params, &[])
    }

    /// As [`Client::asking`], on a connection that the server closes after its answer.
    pub fn closing(&self, id: u64, method: &str, params: Value) -> Vec<u8> {
        self.asking_with(id, method, params, &[("connection", "close")])
    }

    fn asking_with(&self, id: u64, method: &str, mut params: Value, more: &[(&str, &str)]) -> Vec<u8> {
        let name = ["name", "uri", "taskId"].iter().find_map(|field| params.get(*field)).and_then(Value::as_str).map(str::to_owned);
        if self.era == NEWER && params["_meta"].is_null() {
            params["_meta"] = meta();
        }
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
        let mut headers = more.to_vec();
        if self.era == NEWER {
            headers.push(("mcp-method", method));
            headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
        }
        self.request(body.as_bytes(), &headers)
    }

    /// Calls a tool; the status, and the message.
    pub fn call(&self, tool: &str, arguments: &Value) -> (u16, Value) {
        let answer = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        (answer.status, answer.message())
    }

    /// Calls a tool that must succeed; its structured answer.
    pub fn done(&self, tool: &str, arguments: &Value) -> Value {
        let (status, message) = self.call(tool, arguments);
        let result = &message["result"];
        assert!(status == 200 && result.is_object() && result["isError"] != true, "{tool}: {status} {message}");
        result["structuredContent"].clone()
    }

    /// Fails unless the server lists its tools and reads a table as it should.
    pub fn assert_served(&self, when: &str) {
        let tools = self.ask("tools/list", json!({})).message();
        assert!(tools["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 10), "{when}: {tools}");
        let table = self.done("describe_table", &json!({ "table": "flowers.csv" }));
        assert_eq!(table["n_rows"], 120, "{when}: {table}");
    }
}
