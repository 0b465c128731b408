//! How MCP messages come and go: stdio and streamable HTTP, for any handler of the protocol.
//!
//! It knows the protocol's framing, sessions, headers and authorization, and nothing of what is
//! asked and answered; [`rmcp`] does the routing. The product's handler and the one that the
//! protocol's conformance suite runs against are served by this same code.
//!
//! Start with [`stdio::serve`], then [`http::HttpService`], whose [`http::Gate`] says who may ask. Handlers
//! answer what they do not know with [`unread::problem`].

pub mod http;
pub mod session_end;
pub mod stdio;
pub mod unread;

pub use session_end::SessionEnd;
