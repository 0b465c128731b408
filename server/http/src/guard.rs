//! Whose requests are served.
//!
//! A server on loopback is reached by every program of this machine, and by every web page that a
//! browser on it shows. Pages are kept out by two headers that they cannot forge: `Host` must be a
//! name of this machine (else a page's own domain, pointed at 127.0.0.1, could talk to us), and
//! `Origin` and `Sec-Fetch-Site`, which browsers add, must be ours. What acts on the workspace needs
//! a token besides ([`crate::access`]).

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mlwright_base::{ErrorCode, Problem};

use crate::answer::Failure;

/// Whose requests are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Those that name this machine as loopback.
    Loopback,
    /// Any: the server was told to listen beyond loopback, under names it cannot know.
    Anyone,
}

impl Guard {
    /// The guard of a server that listens on an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        if address.is_loopback() { Self::Loopback } else { Self::Anyone }
    }

    /// Refuses what a foreign web page sent.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] saying which header it was.
    pub fn check(self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let refused = |message: String, hint: &str| Err(Problem::new(ErrorCode::Refused, message).hint(hint));
        let host = uri.authority().map(Authority::as_str).or_else(|| headers.get(HOST).and_then(|host| host.to_str().ok()));
        if self == Self::Loopback && !host.is_some_and(is_loopback) {
            return refused(format!("the request is for host {:?}", host.unwrap_or_default()), "ask 127.0.0.1 or localhost");
        }
        if let Some(origin) = headers.get(ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let same = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")).is_some_and(|origin| Some(origin) == host);
            if !same {
                return refused(format!("the request comes from a page of {origin:?}"), "web pages of other origins may not ask");
            }
        }
        let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
        if matches!(site, Some("cross-site" | "same-site")) {
            return refused("the request comes from a page of another site".to_owned(), "web pages of other origins may not ask");
        }
        Ok(())
    }
}

/// Whether the host of a request, with or without a port, is this machine by loopback.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => address,
            Some((address, port)) if is_port(port) => address,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if is_port(&format!(":{port}")) => name,
            Some(_) => return false,
            None => host,
        },
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Lets no web page of another origin through.
pub async fn no_strangers(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => Failure::from(problem).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: Guard, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        guard.check(&Uri::from_static("/ping"), &map).is_ok()
    }

    #[test]
    fn only_loopback_is_a_host() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]:8080", "[::1]", "127.1.2.3:9"] {
            assert!(check(Guard::Loopback, &[("host", host)]), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", "localhost:x", "127.0.0.1:80:80", "[::1", ""] {
            assert!(!check(Guard::Loopback, &[("host", host)]), "{host}");
        }
        assert!(!check(Guard::Loopback, &[]));
        assert!(check(Guard::Anyone, &[("host", "ml.example")]));
    }

    #[test]
    fn pages_of_other_origins_are_refused() {
        let host = ("host", "127.0.0.1:8080");
        assert!(check(Guard::Loopback, &[host, ("origin", "http://127.0.0.1:8080")]));
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8080", "file://"] {
            assert!(!check(Guard::Loopback, &[host, ("origin", origin)]), "{origin}");
            assert!(!check(Guard::Anyone, &[host, ("origin", origin)]), "{origin}");
        }
        assert!(!check(Guard::Loopback, &[host, ("sec-fetch-site", "cross-site")]));
        assert!(check(Guard::Loopback, &[host, ("sec-fetch-site", "none")]));
    }
}
