//! What a message asks for, before it is routed.

use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorData, RequestId};

/// The id and the method of a request, and the name of the tool that it calls.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) id: RequestId,
    pub(super) method: String,
    pub(super) name: Option<String>,
}

impl Asked {
    /// Reads a message in the way in which it will be read again to be answered: were it read in
    /// another way, there might be one that says one thing here and another there. `None` for what
    /// asks for nothing: notifications and the client's answers.
    ///
    /// # Errors
    /// When it is no message.
    pub(super) fn of(body: &[u8]) -> Result<Option<Self>, ErrorData> {
        let message = serde_json::from_slice(body).map_err(|error| {
            if error.is_data() {
                ErrorData::invalid_request("this is no JSON-RPC message", None)
            } else {
                ErrorData::parse_error(format!("this is no JSON: {error}"), None)
            }
        })?;
        let ClientJsonRpcMessage::Request(message) = message else { return Ok(None) };
        let method = message.request.method().to_owned();
        let name = match message.request {
            ClientRequest::CallToolRequest(call) => Some(call.params.name.into_owned()),
            _ => None,
        };
        Ok(Some(Self { id: message.id, method, name }))
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::ErrorCode;

    use super::*;

    fn asked(body: &str) -> (String, Option<String>) {
        let asked = Asked::of(body.as_bytes()).unwrap().unwrap();
        (asked.method, asked.name)
    }

    #[test]
    fn the_tool_of_a_call_is_found() {
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tr\u0061in","arguments":{"name":"x"}}}"#;
        assert_eq!(asked(call), ("tools/call".to_owned(), Some("train".to_owned())));
        let get = r#"{"jsonrpc":"2.0","id":"a","method":"prompts/get","params":{"name":"train"}}"#;
        assert_eq!(asked(get), ("prompts/get".to_owned(), None));
        assert_eq!(asked(r#"{"jsonrpc":"2.0","id":1,"method":"unheard/of"}"#), ("unheard/of".to_owned(), None));
    }

    #[test]
    fn notifications_and_answers_ask_for_nothing() {
        assert_eq!(Asked::of(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), Ok(None));
        assert_eq!(Asked::of(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Ok(None));
        assert_eq!(Asked::of(br#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#), Ok(None));
    }

    #[test]
    fn what_is_no_message_is_told_by_what_is_wrong() {
        for (body, code) in [
            (&b""[..], ErrorCode::PARSE_ERROR),
            (b"{", ErrorCode::PARSE_ERROR),
            (b"{,}", ErrorCode::PARSE_ERROR),
            (b"\xff", ErrorCode::PARSE_ERROR),
            (b"[]", ErrorCode::INVALID_REQUEST),
            (b"{}", ErrorCode::INVALID_REQUEST),
            (br#"{"jsonrpc":"2.0","id":1,"method":1}"#, ErrorCode::INVALID_REQUEST),
        ] {
            assert_eq!(Asked::of(body).unwrap_err().code, code, "{}", String::from_utf8_lossy(body));
        }
    }
}
