//! Clients that send their bodies slowly, or never.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::workspace::{Server, Workspace};

const ONE: &str = r#"{"dataframe_records": [{"age": 41, "plan": "x"}]}"#;
/// More than the requests that are worked on at once.
const N_SLOW: usize = 300;

/// A client that sends one byte of the hundred that it announced.
fn slow(server: &Server, path: &str) -> TcpStream {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let authorization = format!("Bearer {}", server.token);
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {authorization}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn slow_clients_hold_nobody_up() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    let clients: Vec<_> = (0..N_SLOW).map(|_| slow(&server, "/endpoints/churn/invocations")).collect();
    // Whoever is to be in the way is so by then.
    std::thread::sleep(Duration::from_millis(500));
    let started = Instant::now();
    assert_eq!(server.invoke("churn", ONE).0, 200);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    // Nor do they keep the server from ending.
    let started = Instant::now();
    server.end();
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    drop(clients);
}

#[test]
fn a_body_that_does_not_arrive_is_given_up() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    let clients = ["/endpoints/churn/invocations", "/api/operations/list_endpoints"].map(|path| slow(&server, path));
    for mut client in clients {
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut answer = String::new();
        // To the end: the connection is closed, for the rest of the body may still come.
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains(r#""code":"limit_exceeded""#), "{answer}");
    }
}
