use std::future::Future;
use std::net::SocketAddr;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Long enough for whatever is sure to come.
const SOON: Duration = Duration::from_secs(20);
/// Long enough to believe that nothing comes.
const A_WHILE: Duration = Duration::from_millis(200);
/// A limit that is reached at once.
const SHORT: Duration = Duration::from_millis(100);
/// More than the buffers of a connection hold.
const LARGE: usize = 64 << 20;

const PING: &str = "GET /ping HTTP/1.1\r\nhost: x\r\n\r\n";

struct Served {
    address: SocketAddr,
    ending: watch::Sender<bool>,
    /// Lets one request to `/held` go on.
    go_on: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Served {
    async fn start(limits: Limits) -> Self {
        let go_on = Arc::new(Notify::new());
        let hold = go_on.clone();
        let held = move || async move {
            hold.notified().await;
            "held"
        };
        let router =
            Router::new().route("/ping", get(|| async { "pong" })).route("/held", get(held)).route("/large", get(|| async { vec![b'x'; LARGE] }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (ending, is_ending) = watch::channel(false);
        Self { address, ending, go_on, task: tokio::spawn(serve(listener, router, limits, is_ending)) }
    }

    /// A connection on which a text was sent.
    async fn sent(&self, text: &str) -> TcpStream {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        client.write_all(text.as_bytes()).await.unwrap();
        client
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(SOON, what).await.expect("it comes soon")
}

/// Reads until the answer's body has come.
async fn answer(client: &mut TcpStream, body: &str) {
    let mut text = Vec::new();
    while !text.ends_with(body.as_bytes()) {
        let mut part = [0; 1024];
        let n_bytes = soon(client.read(&mut part)).await.unwrap();
        assert!(n_bytes > 0, "the connection ended after {:?}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&part[..n_bytes]);
    }
    assert!(text.starts_with(b"HTTP/1.1 200 "), "{:?}", String::from_utf8_lossy(&text));
}

/// What comes until the server closes the connection.
async fn rest(client: &mut TcpStream) -> String {
    let mut text = Vec::new();
    soon(client.read_to_end(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_head_that_does_not_arrive_ends_its_connection() {
    let served = Served::start(Limits { head_timeout: SHORT, ..Limits::default() }).await;
    for text in ["", "GET /pi", "GET /ping HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = served.sent(text).await;
        let rest = rest(&mut client).await;
        assert!(!rest.contains("pong"), "{text:?}: {rest:?}");
    }
}

#[tokio::test]
async fn a_connection_answers_again_and_again_until_nobody_uses_it() {
    let served = Served::start(Limits { head_timeout: 5 * SHORT, ..Limits::default() }).await;
    let mut client = served.sent(PING).await;
    for _ in 0..3 {
        answer(&mut client, "pong").await;
        client.write_all(PING.as_bytes()).await.unwrap();
    }
    answer(&mut client, "pong").await;
    assert_eq!(rest(&mut client).await, "");
}

#[tokio::test]
async fn a_request_that_takes_its_time_is_no_head_that_is_late() {
    let served = Served::start(Limits { head_timeout: SHORT, ..Limits::default() }).await;
    let mut client = served.sent("GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(timeout(2 * SHORT, client.readable()).await.is_err());
    served.go_on.notify_one();
    answer(&mut client, "held").await;
}

#[tokio::test]
async fn who_comes_when_there_is_no_room_waits_for_it() {
    let served = Served::start(Limits { connections_max: 2, ..Limits::default() }).await;
    let (mut first, mut second) = (served.sent(PING).await, served.sent(PING).await);
    answer(&mut first, "pong").await;
    answer(&mut second, "pong").await;
    let mut third = served.sent(PING).await;
    assert!(timeout(A_WHILE, third.readable()).await.is_err(), "there is no room yet");
    second.write_all(PING.as_bytes()).await.unwrap();
    answer(&mut second, "pong").await;
    drop(first);
    answer(&mut third, "pong").await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let served = Served::start(Limits { connections_max: 1, answer_timeout: SHORT, ..Limits::default() }).await;
    let _deaf = served.sent("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut next = served.sent(PING).await;
    answer(&mut next, "pong").await;
}

#[tokio::test]
async fn a_slow_reader_gets_all_of_a_large_answer() {
    let served = Served::start(Limits { answer_timeout: 5 * SHORT, ..Limits::default() }).await;
    let mut client = served.sent("GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    tokio::time::sleep(SHORT).await;
    let text = rest(&mut client).await;
    assert_eq!(text.split_once("\r\n\r\n").unwrap().1.len(), LARGE);
}

#[tokio::test]
async fn at_the_end_what_is_under_way_is_answered_and_nothing_new_is_taken() {
    let served = Served::start(Limits::default()).await;
    let mut idle = served.sent(PING).await;
    answer(&mut idle, "pong").await;
    let mut held = served.sent("GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(timeout(A_WHILE, held.readable()).await.is_err());
    served.ending.send_replace(true);
    assert_eq!(rest(&mut idle).await, "");
    assert!(!served.task.is_finished());
    served.go_on.notify_one();
    assert!(rest(&mut held).await.ends_with("held"));
    soon(served.task).await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}
