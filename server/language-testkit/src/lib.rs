//! What tests of the language crates share, for tests only: no crate depends on it but through `dev-dependencies`.
//!
//! [`TestWorkspace`] is a workspace in memory, [`cursor`] takes the place out of a marked text, [`corpus`] has the labelled files.

pub mod corpus;
mod workspace;

pub use workspace::{Dice, ROOT, TestWorkspace, cursor, table};
