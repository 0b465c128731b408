//! Durable state that many processes share: metadata records, append-only streams, counters and
//! leases in one database with transactions, and artifact folders that appear whole or not at all.
//!
//! It must never know what a record means, and it has no clock: every time is an argument, in
//! milliseconds since 1970 (UTC). Start with [`Store`], then [`WriteTx`] for what a transaction can
//! do and [`Artifacts`] for folders. The order of a write that spans both is: intent in the
//! database, artifact (staged, then committed), outcome in the database.

pub mod artifacts;
mod backend;
#[cfg(test)]
mod conformance;
pub mod error;
pub mod lease;
pub mod record;
mod sqlite;
pub mod store;
pub mod stream;
pub mod transaction;

pub use artifacts::{ArtifactFile, Artifacts, Staging};
pub use error::StoreError;
pub use lease::Lease;
pub use record::{Query, Record};
pub use store::Store;
pub use stream::Entry;
pub use transaction::{ReadTx, WriteTx};
