//! Against a provider on loopback that says what a test wants.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::settings::ProviderSettings;

/// A provider that answers one request with `answer`, byte for byte, after which it tells the request.
fn provider_that_says(answer: Option<String>) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let n = stream.read(&mut buffer).unwrap_or(0);
            request.extend_from_slice(&buffer[..n]);
            let text = String::from_utf8_lossy(&request);
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok()));
            let is_whole =
                text.find("\r\n\r\n").zip(length).is_some_and(|(at, length)| request.len() >= at + 4 + length);
            if n == 0 || is_whole {
                break;
            }
        }
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
            // Until the other side has gone.
            None => while stream.read(&mut buffer).is_ok_and(|n| n > 0) {},
        }
        let _ = told.send(String::from_utf8(request).unwrap());
    });
    (address, heard)
}

fn http(status: &str, body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nlocation: /elsewhere\r\n\r\n{body}", body.len()))
}

fn provider(address: SocketAddr, api: Api) -> Provider {
    let settings = ProviderSettings {
        api,
        base_url: Some(format!("http://{address}")),
        model: Some("small".to_owned()),
        key_variable: Some("THE_KEY".to_owned()),
    };
    settings.provider_with("local", |name| (name == "THE_KEY").then(|| "hidden".to_owned())).unwrap()
}

fn ask(provider: &Provider, timeout: Duration) -> Result<String, ProviderError> {
    let question = Question { instructions: "Complete.".to_owned(), text: "x = ".to_owned(), answer_tokens_max: 20 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bounds = Bounds { timeout, answer_bytes_max: 1_000 };
    runtime.block_on(async { Client::new().unwrap().ask(provider, &question, bounds).await })
}

const LONG: Duration = Duration::from_secs(30);

#[test]
fn the_two_interfaces_are_spoken() {
    let (address, heard) = provider_that_says(http("200 OK", r#"{"choices":[{"message":{"content":"1"}}]}"#));
    assert_eq!(ask(&provider(address, Api::OpenAi), LONG).as_deref(), Ok("1"));
    let request = heard.recv().unwrap();
    assert!(request.starts_with("POST /chat/completions HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nauthorization: Bearer hidden\r\n"), "{request}");
    assert!(request.contains(r#""model":"small""#) && request.contains(r#""content":"x = ""#), "{request}");

    let (address, heard) = provider_that_says(http("200 OK", r#"{"content":[{"type":"text","text":"2"}]}"#));
    assert_eq!(ask(&provider(address, Api::Anthropic), LONG).as_deref(), Ok("2"));
    let request = heard.recv().unwrap();
    assert!(request.starts_with("POST /v1/messages HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nx-api-key: hidden\r\n") && request.contains("\r\nanthropic-version: "), "{request}");
    assert!(!request.contains("authorization"), "{request}");
}

#[test]
fn what_goes_wrong_has_a_name_and_shows_no_key() {
    let outcome = |answer: Option<String>| {
        let (address, _heard) = provider_that_says(answer);
        let error = ask(&provider(address, Api::OpenAi), LONG).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
        error
    };
    // Some repeat the key.
    let refused = outcome(http("401 Unauthorized", r#"{"error":"wrong key: hidden"}"#));
    assert!(matches!(refused, ProviderError::KeyRefused { status: 401, .. }) && refused.is_lasting());
    assert!(matches!(outcome(http("429 Too Many", "")), ProviderError::Busy { .. }));
    assert!(matches!(outcome(http("500 Broken", "")), ProviderError::Failed { status: 500, .. }));
    assert!(matches!(outcome(http("302 Found", "")), ProviderError::Failed { status: 302, .. }));
    assert!(matches!(outcome(http("200 OK", "<html>")), ProviderError::Unreadable { .. }));
    assert!(matches!(outcome(http("200 OK", &" ".repeat(2_000))), ProviderError::TooLong { bytes_max: 1_000, .. }));
    assert!(matches!(outcome(Some(String::new())), ProviderError::Unreachable { .. }));
}

#[test]
fn a_provider_that_is_not_there_or_does_not_answer() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    assert!(matches!(ask(&provider(address, Api::OpenAi), LONG), Err(ProviderError::Unreachable { .. })));

    let (address, heard) = provider_that_says(None);
    let slow = ask(&provider(address, Api::OpenAi), Duration::from_millis(50));
    assert!(matches!(slow, Err(ProviderError::TimedOut { .. })), "{slow:?}");
    // The connection was ended, so that the provider knows.
    heard.recv().unwrap();
}
