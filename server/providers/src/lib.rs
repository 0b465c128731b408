//! Language models that somebody else runs: a server on this machine or a company's, behind an OpenAI-compatible or an
//! Anthropic-compatible address.
//!
//! [`ProviderSettings`] is what a file says of one, never its key, only the name of the environment variable that holds it.
//! [`Provider`] is that, checked, with the key; it cannot be printed. [`Client::ask`] puts one question and gives one answer, within
//! bounds of time and size; who drops the future takes the question back. Whether anything may be asked at all, and what a question
//! may tell, is decided by whoever calls. What goes wrong is a [`ProviderError`], which says neither key nor what the provider wrote:
//! some providers repeat a part of the key in their refusals.
//!
//! It knows no editor, no agent and no table. Start with [`client`].

pub mod client;
mod error;
mod settings;
mod wire;

pub use client::{Bounds, Client, Question};
pub use error::ProviderError;
pub use settings::{Api, Origin, Provider, ProviderSettings};
