//! Fuzzed messages on stdio.

use mlwright_tests::Workspace;
use serde_json::json;

use super::fuzz::{Fuzzer, NEWER, OLDER, opening};
use super::server::flowers;
use super::session::Session;

/// 60,000 messages in all; `fuzzed_http` sends 40,000 more.
const SESSION_BATCHES: u64 = 16;
const BATCH: usize = 1_500;
const UNOPENED_SESSIONS: u64 = 60;
const UNOPENED_BATCH: usize = 200;
/// How much a server may grow while it is sent nonsense. About half of it is used, and no more after four times as many messages: the
/// allocator keeps what was in use at once.
const GROWTH_BYTES_MAX: u64 = 384 << 20;
/// The same where each message is larger than the largest that is read: it is held at most once, and what held it is given back.
const GROWTH_OF_HUGE_BYTES_MAX: u64 = 512 << 20;

/// Sends batch after batch to one server, which has to answer honest requests after each.
fn one_server_takes(workspace: &Workspace, era: &'static str, seed: u64) {
    let mut session = Session::open(workspace, era, &[]);
    session.assert_serves("at the start");
    let before = session.process.resident_bytes();
    let mut fuzzer = Fuzzer::new(seed, era);
    for batch in 0..SESSION_BATCHES {
        for _ in 0..BATCH {
            let message = fuzzer.message();
            assert!(session.send(&message), "{}: {}", String::from_utf8_lossy(&message), session.process.log());
        }
        session.assert_serves(&format!("{era}, batch {batch}"));
    }
    if let (Some(before), Some(after)) = (before, session.process.resident_bytes()) {
        println!("{era}: {} MiB before, {} MiB after", before >> 20, after >> 20);
        assert!(after < before + GROWTH_BYTES_MAX, "{era}: grew from {before} to {after} bytes");
    }
    assert_eq!(session.close(), Some(0));
}

#[test]
fn a_session_of_the_older_era_goes_on_through_24_000_fuzzed_messages() {
    one_server_takes(&flowers(), OLDER, 0x5e55_1025);
}

#[test]
fn a_session_of_the_newer_era_goes_on_through_24_000_fuzzed_messages() {
    one_server_takes(&flowers(), NEWER, 0x5e55_1026);
}

/// Nothing opened the session yet: whatever comes first, an honest client gets in afterwards.
#[test]
fn a_session_opens_after_messages_that_came_too_early() {
    let workspace = flowers();
    for round in 0..UNOPENED_SESSIONS {
        let era = [OLDER, NEWER][usize::try_from(round % 2).expect("0 or 1")];
        let mut session = Session::unopened(&workspace, era, &[]);
        let mut fuzzer = Fuzzer::of_one_era(0xea71_0000 + round, era);
        for _ in 0..UNOPENED_BATCH {
            let message = fuzzer.message();
            assert!(session.send(&message), "round {round}: {}: {}", String::from_utf8_lossy(&message), session.process.log());
        }
        session.begin();
        session.assert_serves(&format!("round {round}, not opened"));
        assert_eq!(session.close(), Some(0), "round {round}");
    }
}

#[test]
fn a_message_beyond_the_limit_is_dropped_and_its_memory_given_back() {
    let workspace = flowers();
    let mut session = Session::open(&workspace, OLDER, &[]);
    session.assert_serves("at the start");
    let before = session.process.resident_bytes();
    let huge = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "x".repeat(65 << 20) } }).to_string();
    for round in 0..3 {
        assert!(session.send(huge.as_bytes()));
        session.assert_serves(&format!("huge message {round}"));
    }
    if let (Some(before), Some(after)) = (before, session.process.resident_bytes()) {
        println!("{} MiB before, {} MiB after", before >> 20, after >> 20);
        assert!(after < before + GROWTH_OF_HUGE_BYTES_MAX, "grew from {before} to {after} bytes");
    }
    assert_eq!(session.close(), Some(0));
}

/// A request that cannot be read whole is answered where its id can be read: else its client waits until it gives up.
#[test]
fn a_request_that_cannot_be_read_is_answered_by_its_id() {
    let workspace = flowers();
    let mut session = Session::open(&workspace, OLDER, &[]);
    let answered = |session: &mut Session, line: String| {
        assert!(session.send(line.as_bytes()));
        session.answer_to("honest and broken")
    };
    // Half a character, as clients write it that cut a text in its middle.
    let half = r#"{"jsonrpc":"2.0","id":"honest and broken","method":"tools/call","params":{"name":"describe_table","arguments":{"table":"\ud83d"}}}"#;
    let answer = answered(&mut session, half.to_owned());
    assert_eq!(answer["error"]["code"], -32700, "{answer}");
    let text = r#"{"jsonrpc":"2.0","id":"honest and broken","method":5}"#;
    let answer = answered(&mut session, text.to_owned());
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    let deep = format!(r#"{{"jsonrpc":"2.0","id":"honest and broken","method":"ping","params":{}1{}}}"#, "[".repeat(500), "]".repeat(500));
    let answer = answered(&mut session, deep);
    assert!(answer["error"]["code"].is_i64(), "{answer}");
    let opens_anew = json!({ "jsonrpc": "2.0", "id": "honest and broken", "method": "initialize", "params": opening() });
    let answer = answered(&mut session, opens_anew.to_string());
    assert!(answer.get("error").is_some() || answer.get("result").is_some(), "{answer}");
    session.assert_serves("after what could not be read");
}
