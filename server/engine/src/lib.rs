//! The lifecycle: catalog, experiments, training jobs, registry and gate, deployments, monitors,
//! lineage and audit, over one workspace that many processes open at once.
//!
//! [`Engine`] is the boundary of the API: operations call it, adapters never look behind it. It is
//! synchronous (the work is CPU-bound) and knows no protocol. Start with [`engine`] and
//! [`workspace`]; each other file is one stage or one kind of record.

pub mod access;
pub mod audit;
pub mod batch;
pub mod call;
pub mod card;
pub mod changes;
pub mod convert;
pub mod endpoints;
pub mod engine;
pub mod evaluate;
pub mod explain;
pub mod inference;
pub mod jobs;
pub mod lineage;
pub mod model_uri;
pub mod monitor;
pub mod overview;
pub mod plots;
pub mod profiles;
pub mod query;
pub mod registry;
mod reports;
mod row_hashes;
pub mod serving;
pub mod settings;
pub mod tables;
pub mod tracking;
pub mod train;
pub mod vocabulary;
pub mod workspace;

pub use call::{Actor, Call, Surface};
pub use engine::Engine;
pub use workspace::Workspace;
