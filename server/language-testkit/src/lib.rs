//! What tests of the language crates share, for tests only: no crate depends on it but through `dev-dependencies`.
//!
//! [`TestWorkspace`] is a workspace in memory ([`telco`] and [`sales`] are two that many ask), [`cursor`] takes the place out of a marked text, [`corpus`] has the labelled files.

pub mod corpus;
mod fixtures;
mod workspace;

pub use fixtures::{sales, telco};
pub use workspace::{Dice, ROOT, TestWorkspace, cursor, table};
