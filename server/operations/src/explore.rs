//! Operations of looking at data.

mod profile;
mod tables;

pub(crate) use profile::image;
pub use profile::{Plot, ProfileTable};
pub use tables::{DescribeTable, ListTables, Query};
