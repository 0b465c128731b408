//! Registered models: versions, aliases, and the gate before an alias.
//!
//! A version is a copy of its run's model, baseline and held-out rows, so that it can be served,
//! tested and compared whatever becomes of the run. Versions never change; aliases move, and every
//! attempt to move one is kept with who, why and what the gate found.

mod alias;
mod card;
mod files;
mod gate;
mod list;
pub mod record;
mod register;
mod test_model;
#[cfg(test)]
pub(crate) mod lab;
#[cfg(test)]
mod tests;

pub use alias::{SetAliasOutcome, SetAliasRequest};
pub(crate) use files::ModelFiles;
pub use list::{ModelDetails, ModelLine, VersionDetails};
pub use record::{AliasChange, GateCheck, ModelVersion, RegisteredModel, TestCheck, TestReport};
pub use register::{RegisterModelRequest, RegisteredVersion};
pub use test_model::TestModelRequest;
