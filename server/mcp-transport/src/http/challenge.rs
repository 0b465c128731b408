//! What is answered to who may not ask: RFC 6750 section 3, and the resource's metadata of RFC 9728.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use rmcp::model::{ErrorCode, ErrorData};
use serde_json::{Value, json};

use super::Answer;

/// Where clients ask for the metadata when they know the origin only.
pub const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";
/// Where the metadata of the service at `/mcp` is (RFC 9728, section 3.1: the resource's path is
/// appended).
pub const METADATA_PATH_OF_MCP: &str = "/.well-known/oauth-protected-resource/mcp";

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// It has no token.
    NoToken,
    /// Its token is unknown, revoked or expired.
    WrongToken,
    /// The token does not reach so far: the scope that is missing, and what for.
    Scope {
        /// The scope's name.
        needed: String,
        /// What the request wanted, in words.
        said: String,
    },
    /// It cannot be found out who asks.
    Unavailable(String),
}

impl Denied {
    /// The answer, which tells a client at `origin` how to get further.
    pub(super) fn answer(&self, origin: Option<&str>) -> Answer {
        let metadata = origin.map_or_else(String::new, |origin| format!(" resource_metadata=\"{origin}{METADATA_PATH_OF_MCP}\""));
        let (status, challenge, said) = match self {
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                format!("Bearer{metadata}"),
                "this needs the header Authorization: Bearer TOKEN; `mlwright token create` makes a token".to_owned(),
            ),
            Self::WrongToken => (
                StatusCode::UNAUTHORIZED,
                format!("Bearer error=\"invalid_token\",{metadata}").trim_end_matches(',').to_owned(),
                "the token is unknown, revoked or expired; `mlwright token list` shows the tokens".to_owned(),
            ),
            Self::Scope { needed, said } => (
                StatusCode::FORBIDDEN,
                format!("Bearer error=\"insufficient_scope\", scope=\"{needed}\",{metadata}").trim_end_matches(',').to_owned(),
                said.clone(),
            ),
            Self::Unavailable(said) => return plain(StatusCode::SERVICE_UNAVAILABLE, said.clone()),
        };
        let mut answer = plain(status, said);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

/// The metadata of the service at `/mcp` on the origin that a request was sent to.
pub fn metadata<B>(request: &Request<B>, scopes: &[&str]) -> Answer {
    let Some(origin) = origin(request) else { return plain(StatusCode::BAD_REQUEST, "the request names no host".to_owned()) };
    let body = json!({
        "resource": format!("{origin}/mcp"),
        "resource_name": "mlwright",
        "bearer_methods_supported": ["header"],
        "scopes_supported": scopes,
    });
    json_answer(StatusCode::OK, &body)
}

/// The origin that a request was sent to, when its host may stand in a header.
pub(super) fn origin<B>(request: &Request<B>) -> Option<String> {
    let named = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let host = named.or_else(|| Some(request.headers().get(HOST)?.to_str().ok()?.to_owned()))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(plain)).then(|| format!("http://{host}"))
}

/// A refusal outside a session: a JSON-RPC error without an id, which clients show.
pub(super) fn plain(status: StatusCode, said: String) -> Answer {
    error(status, &ErrorData::new(ErrorCode(-32000), said, None))
}

/// A JSON-RPC error without an id.
pub(super) fn error(status: StatusCode, error: &ErrorData) -> Answer {
    json_answer(status, &json!({ "jsonrpc": "2.0", "id": null, "error": error }))
}

fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())).boxed());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(denied: &Denied) -> (u16, String) {
        let answer = denied.answer(Some("http://127.0.0.1:80"));
        let header = answer.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), header.unwrap_or_default())
    }

    #[test]
    fn refusals_say_how_to_get_further() {
        let metadata = "resource_metadata=\"http://127.0.0.1:80/.well-known/oauth-protected-resource/mcp\"";
        assert_eq!(challenge(&Denied::NoToken), (401, format!("Bearer {metadata}")));
        assert_eq!(challenge(&Denied::WrongToken), (401, format!("Bearer error=\"invalid_token\", {metadata}")));
        let scope = Denied::Scope { needed: "write".to_owned(), said: "train needs write".to_owned() };
        assert_eq!(challenge(&scope), (403, format!("Bearer error=\"insufficient_scope\", scope=\"write\", {metadata}")));
        assert_eq!(challenge(&Denied::Unavailable("busy".to_owned())), (503, String::new()));
    }

    #[test]
    fn a_host_that_could_break_out_of_the_header_is_not_repeated() {
        let with = |host: &str| origin(&Request::builder().uri("/mcp").header(HOST, host).body(()).unwrap());
        assert_eq!(with("127.0.0.1:80").as_deref(), Some("http://127.0.0.1:80"));
        assert_eq!(with("[::1]:80").as_deref(), Some("http://[::1]:80"));
        assert_eq!(with("a\", scope=\"b"), None);
    }
}
