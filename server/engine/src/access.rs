//! Who may do what: scopes, and the tokens that carry them beyond the owner's own processes.
//!
//! Whoever can read the workspace's folder is its owner and may do everything; tokens are for
//! clients that reach a server of it over HTTP. What an operation needs is said where it is defined
//! and checked in one place, whatever the surface.

mod scope;
mod token;

pub use scope::{Scope, Scopes};
pub use token::{Access, NewToken, SECRET_PREFIX, Token, TokenRequest, same_secret};
