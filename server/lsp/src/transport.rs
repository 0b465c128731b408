//! Messages on a pair of pipes: read by one thread, written by another.

use std::io::{BufRead, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender};

use lsp_server::{ErrorCode, Message, RequestId};
use serde_json::{Value, json};

use crate::client::Outgoing;
use crate::session::Event;

/// The longest message that is read: a notebook with its outputs may be large, more is no text.
const MESSAGE_BYTES_MAX: usize = 512 << 20;
/// The longest line of a header.
const HEADER_BYTES_MAX: u64 = 8 << 10;

/// What came in.
#[derive(Debug)]
pub(crate) enum Incoming {
    Message(Message),
    /// Something that is no message, and what it asked for as far as can be told.
    Malformed {
        id: Option<RequestId>,
        code: ErrorCode,
        message: String,
    },
    /// Nothing more will come.
    End,
}

/// Reads until the client closes its end or says something that no message can be found in.
pub(crate) fn read(mut reader: impl BufRead, events: &SyncSender<Event>) {
    loop {
        let incoming = match body(&mut reader) {
            Ok(Some(bytes)) => parsed(&bytes),
            Ok(None) => Incoming::End,
            Err(error) => {
                tracing::warn!(%error, "the client's messages cannot be read any more");
                Incoming::End
            }
        };
        let ends = matches!(incoming, Incoming::End);
        if events.send(Event::Incoming(incoming)).is_err() || ends {
            return;
        }
    }
}

/// Writes until there is nothing more to write, or nobody reads.
pub(crate) fn write(mut writer: impl Write, messages: &Receiver<Outgoing>, written: impl Fn()) {
    while let Ok(message) = messages.recv() {
        let outcome = match message {
            Outgoing::Message(message) => message.write(&mut writer),
            Outgoing::Answer { id, result } => answer(&mut writer, &id, &result),
        };
        if let Err(error) = outcome {
            tracing::info!(%error, "the client does not listen any more");
            return;
        }
        written();
    }
}

/// Writes an answer whose result is JSON.
fn answer(writer: &mut impl Write, id: &RequestId, result: &str) -> std::io::Result<()> {
    let start = format!(r#"{{"jsonrpc":"2.0","id":{},"result":"#, json!(id));
    write!(writer, "Content-Length: {}\r\n\r\n{start}", start.len() + result.len() + 1)?;
    writer.write_all(result.as_bytes())?;
    writer.write_all(b"}")?;
    writer.flush()
}

/// The bytes of one message; `None` at the end of the input.
fn body(reader: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let invalid = |text: String| std::io::Error::new(std::io::ErrorKind::InvalidData, text);
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.by_ref().take(HEADER_BYTES_MAX).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            // An empty line before any header is noise.
            if length.is_some() { break } else { continue }
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid(format!("{line:?} is no header")))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse::<usize>().map_err(|error| invalid(format!("{line:?}: {error}")))?);
        }
    }
    let length = length
        .filter(|length| *length <= MESSAGE_BYTES_MAX)
        .ok_or_else(|| invalid("a message is too long".to_owned()))?;
    let mut bytes = Vec::new();
    reader.by_ref().take(length as u64).read_to_end(&mut bytes)?;
    // A message that is cut short is the end.
    Ok((bytes.len() == length).then_some(bytes))
}

fn parsed(bytes: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return Incoming::Malformed { id: None, code: ErrorCode::ParseError, message: error.to_string() },
    };
    let id = value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
    match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed { id, code: ErrorCode::InvalidRequest, message: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn all(input: &[u8]) -> Vec<Incoming> {
        let (sender, receiver) = sync_channel(100);
        read(input, &sender);
        drop(sender);
        receiver
            .iter()
            .map(
                |event| if let Event::Incoming(incoming) = event { incoming } else { panic!("only messages are read") },
            )
            .collect()
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn what_is_no_message_is_told_and_the_next_is_read() {
        let good = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
        let input = [framed("{no json"), framed(r#"{"id":7}"#), framed(good)].concat();
        let read = all(input.as_bytes());
        assert!(matches!(&read[0], Incoming::Malformed { id: None, code: ErrorCode::ParseError, .. }), "{read:?}");
        assert!(
            matches!(&read[1], Incoming::Malformed { id: Some(id), code: ErrorCode::InvalidRequest, .. } if *id == 7.into()),
            "{read:?}"
        );
        assert!(matches!(&read[2], Incoming::Message(Message::Notification(_))), "{read:?}");
        assert!(matches!(read[3], Incoming::End) && read.len() == 4);
    }

    #[test]
    fn headers_may_come_in_any_form_and_a_cut_message_is_the_end() {
        let text = r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#;
        let input = format!(
            "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:{}\r\n\r\n{text}",
            text.len()
        );
        assert!(matches!(all(input.as_bytes())[0], Incoming::Message(Message::Request(_))));
        assert!(matches!(all(&input.as_bytes()[..input.len() - 3])[0], Incoming::End));
        assert!(matches!(all(b"Content-Length: 99999999999\r\n\r\n{}")[0], Incoming::End));
        assert!(matches!(all(b"hello\r\n\r\n")[0], Incoming::End));
    }

    #[test]
    fn an_answer_is_the_same_whoever_writes_its_result() {
        let result = json!({ "items": ["é\n\"", null, 0.1] });
        for id in [RequestId::from(7), RequestId::from("a\"b".to_owned())] {
            let (sender, receiver) = std::sync::mpsc::channel();
            sender.send(Outgoing::Answer { id: id.clone(), result: result.to_string() }).unwrap();
            drop(sender);
            let (mut written, mut expected) = (Vec::new(), Vec::new());
            write(&mut written, &receiver, || {});
            let response = lsp_server::Response { id, response_result: Ok(result.clone()) };
            Message::Response(response).write(&mut expected).unwrap();
            assert_eq!(String::from_utf8(written), String::from_utf8(expected));
        }
    }
}
