//! Tables: reading them from files whose form nobody promised, saying what was found and why,
//! asking them in SQL, keeping them as versioned Delta tables, and writing them so that a crash
//! leaves the old file or the new one.
//!
//! It knows no model, run or protocol, and nothing of where a workspace keeps things: paths arrive
//! as arguments. Start with [`open`], which gives a [`Table`]; its [`Reading`] explains how the file
//! was understood, and [`infer_schema`] says what each column means.

pub mod error;
pub(crate) mod execute;
pub mod glance;
pub mod managed;
pub mod open;
pub mod reading;
pub mod schema;
pub mod sql;
pub mod table;
pub mod write;

pub use error::DataError;
pub use glance::{Glance, GlancedColumn, glance, sample_column};
pub use open::{is_table_file, open};
pub use reading::{ColumnReading, Format, ReadIssue, ReadOptions, Reading, Severity, Source};
pub use schema::{ColumnSchema, MOSTLY_TYPED, SemanticType, infer_schema};
pub use table::{Batches, SCHEMA_ROWS_MAX, Table};
