//! Registered models: versions, aliases, and the gate before an alias.

pub mod record;

pub use record::{AliasChange, ModelVersion, RegisteredModel};
