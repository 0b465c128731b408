//! Understanding a table before, and after, a model: profiles, findings, charts, report pages, drift.
//!
//! It reads data frames and gives plain values. It knows no model, store, workspace or protocol, opens no
//! file, and is deterministic: the same rows give the same profile, picture and page.
//!
//! Start with [`profile::profile`], which measures a table, then [`findings`], which says what of it
//! matters for modelling. [`report`] makes a page of a profile, [`chart`] draws, [`drift`] compares two
//! tables. The formulas live in [`stats`] as free functions with their sources.

pub mod chart;
mod cells;
mod context;
pub mod drift;
mod error;
pub mod findings;
pub mod markup;
pub mod profile;
pub mod report;
pub mod stats;
mod time;

pub use context::Context;
pub use error::ExploreError;
pub use findings::{Finding, FindingKind, Severity, findings};
pub use profile::{Profile, ProfileOptions, profile};
pub use report::html;
