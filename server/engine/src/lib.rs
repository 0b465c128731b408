//! The lifecycle: catalog, experiments, training jobs, registry and gate, deployments, monitors,
//! lineage and audit, over one workspace that many processes open at once.
//!
//! [`Engine`] is the boundary of the API: operations call it, adapters never look behind it. It is
//! synchronous (the work is CPU-bound) and knows no protocol. Start with [`engine`] and
//! [`workspace`]; each other file is one stage or one kind of record.

pub mod audit;
pub mod call;
pub mod engine;
pub mod lineage;
pub mod registry;
pub mod settings;
pub mod tracking;
pub mod workspace;

pub use call::{Actor, Call, Surface};
pub use engine::Engine;
pub use workspace::Workspace;
