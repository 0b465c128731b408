//! Fuzzed messages and fuzzed requests over HTTP.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use serde_json::{Value, json};

use super::fuzz::{Fuzzer, NEWER, OLDER, Random};
use super::http::{Client, connect, one, pipelined, read_answer};
use super::server::{HttpServer, flowers, token};

/// 34,000 messages and 6,000 requests; `fuzzed_stdio` sends the other 60,000.
const MESSAGE_BATCHES: u64 = 17;
const CONNECTIONS: u64 = 8;
const MESSAGES_PER_CONNECTION: usize = 250;
const REQUEST_BATCHES: u64 = 12;
const REQUESTS_PER_BATCH: usize = 500;
/// How much a server may grow while it is sent nonsense. About half of it is used, and no more after four times as many messages: the
/// allocator keeps what was in use at once.
const GROWTH_BYTES_MAX: u64 = 384 << 20;

/// Fails when the server grew too much.
fn assert_bounded(server: &HttpServer, before: Option<u64>) {
    if let (Some(before), Some(after)) = (before, server.process.resident_bytes()) {
        println!("{} MiB before, {} MiB after", before >> 20, after >> 20);
        assert!(after < before + GROWTH_BYTES_MAX, "grew from {before} to {after} bytes");
    }
}

/// Headers that belong to a message, or in one of four cases any.
fn headers(random: &mut Random, era: &'static str, sessions: &[String], message: &[u8]) -> Vec<(&'static str, String)> {
    let mut headers = vec![("accept", "application/json, text/event-stream".to_owned()), ("content-type", "application/json".to_owned())];
    if !random.one_in(4) {
        headers.push(("mcp-protocol-version", era.to_owned()));
        if era == OLDER {
            headers.push(("mcp-session-id", random.pick(sessions).clone()));
            return headers;
        }
        let message: Value = serde_json::from_slice(message).unwrap_or_default();
        let params = &message["params"];
        let name = params["name"].as_str().or(params["uri"].as_str()).or(params["taskId"].as_str());
        // What stands in a header is a line of plain characters.
        let plain = |text: &&str| text.len() < 200 && text.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
        headers.extend(message["method"].as_str().filter(plain).map(|method| ("mcp-method", method.to_owned())));
        headers.extend(name.filter(plain).map(|name| ("mcp-name", name.to_owned())));
        return headers;
    }
    let version = *random.pick(&[OLDER, NEWER, "2099-12-31", "", "\u{e9}"]);
    headers.push(("mcp-protocol-version", version.to_owned()));
    if random.one_in(2) {
        let session = if random.one_in(4) { "not-a-session".to_owned() } else { random.pick(sessions).clone() };
        headers.push(("mcp-session-id", session));
    }
    if random.one_in(3) {
        headers.push(("mcp-method", (*random.pick(&["tools/list", "tools/call", "ping", "x"])).to_owned()));
        headers.push(("mcp-name", (*random.pick(&["list_runs", "list_tables", "train", "=?base64?eA==?="])).to_owned()));
    }
    if random.one_in(4) {
        headers[0].1 = (*random.pick(&["*/*", "text/html", "application/json", ";;,", ""])).to_owned();
    }
    if random.one_in(4) {
        headers[1].1 = (*random.pick(&["text/plain", "application/json; charset=latin-1", "multipart/form-data", ""])).to_owned();
    }
    headers
}

/// Eight connections at once send messages of both eras through the same few sessions, each of which belongs to all of them.
#[test]
fn a_server_answers_each_of_34_000_fuzzed_messages() {
    let workspace = flowers();
    let token = token(&workspace, "fuzz", "read,write");
    let mut server = HttpServer::start(&workspace, &[]);
    let host = server.host.clone();
    let bearer = format!("Bearer {token}");
    Client::newer(&host, &token).assert_served("at the start");
    let before = server.process.resident_bytes();
    for batch in 0..MESSAGE_BATCHES {
        let sessions: Vec<String> = (0..4).map(|_| Client::older(&host, &token).session.expect("a session")).collect();
        std::thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                let (host, sessions, bearer) = (&host, &sessions, &bearer);
                scope.spawn(move || {
                    let era = [OLDER, NEWER][usize::try_from(connection % 2).expect("0 or 1")];
                    let mut fuzzer = Fuzzer::new(0x4774_0000 + batch * CONNECTIONS + connection, era);
                    let requests: Vec<Vec<u8>> = (0..MESSAGES_PER_CONNECTION)
                        .map(|_| {
                            let message = fuzzer.message();
                            let headers = headers(&mut fuzzer.random, era, sessions, &message);
                            let mut headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                            headers.push(("authorization", bearer));
                            super::http::post(host, &headers, &message)
                        })
                        .collect();
                    let answers = pipelined(host, &requests);
                    assert_eq!(answers.len(), requests.len(), "batch {batch}, connection {connection}: a request was not answered");
                    let n_done = answers.iter().filter(|answer| answer.status == 200).count();
                    assert!(n_done >= requests.len() / 20, "only {n_done} got as far as the protocol: the others tell little");
                    for answer in &answers {
                        assert!(answer.status < 500, "batch {batch}, connection {connection}: {answer:?}");
                    }
                });
            }
        });
        server.process.assert_well(&format!("batch {batch}"));
        Client::newer(&host, &token).assert_served(&format!("batch {batch}"));
        let older = Client::older(&host, &token);
        older.assert_served(&format!("batch {batch}"));
        let mut end = format!("DELETE /mcp HTTP/1.1\r\nhost: {host}\r\nauthorization: {bearer}\r\nmcp-session-id: ");
        end.push_str(if batch % 2 == 0 { older.session.as_deref().expect("a session") } else { &sessions[0] });
        let ended = one(&host, format!("{end}\r\n\r\n").as_bytes());
        assert_eq!(ended.status, 204, "{ended:?}");
    }
    assert_bounded(&server, before);
}

/// A request that is none, or not quite, or not to its end.
fn broken(random: &mut Random, host: &str, bearer: &str, message: &[u8]) -> Vec<u8> {
    let length = message.len();
    let text = String::from_utf8_lossy(message).into_owned();
    let usual = format!("host: {host}\r\nauthorization: {bearer}\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\n");
    let bytes = match random.below(22) {
        0 => (0..random.below(400)).map(|_| u8::try_from(random.below(256)).expect("a byte")).collect(),
        1 => format!("{} /mcp HTTP/1.1\r\n{usual}\r\n", random.pick(&["GET", "HEAD", "PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", ""])).into_bytes(),
        2 => format!("POST /mcp HTTP/{}\r\n{usual}content-length: {length}\r\n\r\n{text}", random.pick(&["1.0", "0.9", "2", "3.0", "1.1.1", ""])).into_bytes(),
        3 => format!("POST {} HTTP/1.1\r\n{usual}content-length: 0\r\n\r\n", random.pick(&["*", "/../../etc/passwd", "/mcp/%00", "//", "/mcp?x=%ff#y", "mcp", "http://evil.example/mcp", "/.well-known/oauth-protected-resource/mcp"])).into_bytes(),
        4 => format!("POST /mcp HTTP/1.1\r\n{usual}content-length: {}\r\n\r\n{text}", length + 1 + random.below(100_000)).into_bytes(),
        5 => format!("POST /mcp HTTP/1.1\r\n{usual}content-length: {}\r\n\r\n{text}", length / 2).into_bytes(),
        6 => format!("POST /mcp HTTP/1.1\r\n{usual}content-length: {}\r\n\r\n{text}", random.pick(&["-1", "1e3", "", "99999999999999999999999", "+5", "0x10", "5, 6"])).into_bytes(),
        7 => format!("POST /mcp HTTP/1.1\r\n{usual}content-length: {length}\r\ncontent-length: {}\r\n\r\n{text}", length + 1).into_bytes(),
        8 => format!("POST /mcp HTTP/1.1\r\n{usual}content-length: {length}\r\ntransfer-encoding: chunked\r\n\r\n{text}").into_bytes(),
        9 => format!("POST /mcp HTTP/1.1\r\n{usual}transfer-encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n0\r\n\r\n", length).into_bytes(),
        10 => format!("POST /mcp HTTP/1.1\r\n{usual}transfer-encoding: chunked\r\n\r\n{}\r\n{text}", random.pick(&["ffffffffffffffffff", "-1", "zz", "", "7fffffffffffffff", "1;x=y"])).into_bytes(),
        11 => format!("POST /mcp HTTP/1.1\r\n{usual}transfer-encoding: {}\r\n\r\n{text}", random.pick(&["gzip", "chunked, identity", "identity", "\u{b}chunked"])).into_bytes(),
        12 => format!("POST /mcp HTTP/1.1\r\n{usual}x: {}\r\n\r\n", "y".repeat(1 << random.below(20))).into_bytes(),
        13 => format!("POST /mcp HTTP/1.1\r\n{usual}{}\r\n", "x: y\r\n".repeat(random.below(400))).into_bytes(),
        14 => format!("POST /mcp HTTP/1.1\r\n{usual}expect: 100-continue\r\ncontent-length: {length}\r\n\r\n").into_bytes(),
        15 => format!("POST /mcp HTTP/1.1\r\n{usual}mcp-session-id: {}\r\ncontent-length: {length}\r\n\r\n{text}", random.pick(&["../..", "\u{0}", "x y", "%0d%0a", ""])).into_bytes(),
        16 => format!("POST /mcp HTTP/1.1\r\n{usual}content-encoding: gzip\r\ncontent-length: {length}\r\n\r\n{text}").into_bytes(),
        17 => format!("POST /mcp HTTP/1.1\nhost: {host}\n\n").into_bytes(),
        18 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        19 => format!("GET /mcp HTTP/1.1\r\n{usual}connection: upgrade\r\nupgrade: {}\r\n\r\n", random.pick(&["websocket", "h2c", "x"])).into_bytes(),
        20 => format!("DELETE /mcp HTTP/1.1\r\n{usual}mcp-session-id: {:x}\r\n\r\n", random.next()).into_bytes(),
        _ => format!("GET /mcp HTTP/1.1\r\n{usual}accept: text/event-stream\r\nlast-event-id: {}\r\n\r\n", random.pick(&["0", "-1", "a/b", "99999999999999999999"])).into_bytes(),
    };
    if !random.one_in(4) || bytes.is_empty() {
        return bytes;
    }
    let mut bytes = bytes;
    let at = random.below(bytes.len());
    if random.one_in(2) {
        bytes.truncate(at);
    } else {
        bytes[at] ^= 1 << random.below(8);
    }
    bytes
}

/// How many connections are left hanging in each batch; the server takes 512.
const HANGING: usize = 40;

#[test]
fn a_server_serves_on_through_6_000_fuzzed_requests() {
    let workspace = flowers();
    let token = token(&workspace, "fuzz", "read,write");
    let mut server = HttpServer::start(&workspace, &[]);
    let host = server.host.clone();
    let bearer = format!("Bearer {token}");
    Client::newer(&host, &token).assert_served("at the start");
    let before = server.process.resident_bytes();
    let mut fuzzer = Fuzzer::new(0x0b40_4e4e, OLDER);
    for batch in 0..REQUEST_BATCHES {
        let mut hanging = Vec::new();
        for nth in 0..REQUESTS_PER_BATCH {
            let message = fuzzer.message();
            let bytes = broken(&mut fuzzer.random, &host, &bearer, &message);
            let mut stream = connect(&host);
            // The server may close the connection before it has read everything.
            let _ = stream.write_all(&bytes);
            if nth < HANGING {
                hanging.push(stream);
            } else if fuzzer.random.one_in(2) {
                let _ = stream.shutdown(Shutdown::Write);
                // Whatever it answers, it comes to an end once nothing more can come.
                stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
                let mut rest = Vec::new();
                if let Err(error) = stream.read_to_end(&mut rest) {
                    let is_silence = matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
                    assert!(!is_silence, "batch {batch}: no end after {:?}: {:?}", String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&rest));
                }
            }
        }
        server.process.assert_well(&format!("batch {batch}"));
        Client::newer(&host, &token).assert_served(&format!("batch {batch}, beside {} hanging connections", hanging.len()));
    }
    Client::older(&host, &token).assert_served("at the end");
    assert_bounded(&server, before);
}

#[test]
fn a_body_beyond_the_limit_is_refused_and_not_kept() {
    let workspace = flowers();
    let token = token(&workspace, "large", "read");
    let mut server = HttpServer::start(&workspace, &[]);
    let client = Client::newer(&server.host, &token);
    client.assert_served("at the start");
    let before = server.process.resident_bytes();
    for _ in 0..3 {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": { "x": "y".repeat(65 << 20) } }).to_string();
        let mut stream = connect(&server.host);
        let request = client.request(body.as_bytes(), &[]);
        let mut from = std::io::BufReader::new(stream.try_clone().expect("a second handle"));
        let writer = std::thread::spawn(move || {
            let _ = stream.write_all(&request);
        });
        let answer = read_answer(&mut from).expect("it is not silent").expect("an answer");
        assert_eq!(answer.status, 413, "{answer:?}");
        drop(from);
        writer.join().expect("the writer ends");
        client.assert_served("after a body that is too large");
    }
    server.process.assert_well("at the end");
    assert_bounded(&server, before);
}
